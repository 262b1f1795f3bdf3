// The licences of what is put into the executable and the bundle: the packages whose modules src/ reaches, and Bun.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUN_VERSION, TARGETS } from './bun.mjs';
import { root } from './source.mjs';

/** The packages in the bundle, as dist/packages.json names them (build.mjs). */
export function licences() {
  const packages = JSON.parse(readFileSync(join(root, 'dist', 'packages.json'), 'utf8'));
  const texts = packages.map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : ''}\n`;
  });
  const runtime =
    `Bun ${BUN_VERSION} (${Object.values(TARGETS)[0].package} and its like; MIT), the executable's runtime. It holds JavaScriptCore ` +
    'and WebKit (LGPL-2.1) and other libraries: https://bun.com/docs/project/license names them, and where their sources are.\n';
  return ['What is in ketcdctl beside its own code.\n', ...texts, runtime].join(`\n${'-'.repeat(78)}\n\n`);
}
