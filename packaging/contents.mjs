// What is in every package beside the executable: manual pages, completions, the licences.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bunFor, hostTarget } from './bun.mjs';
import { licences } from './licences.mjs';
import { root, sourceDate } from './source.mjs';

/** The tools that it is under another name, and kubectl's plug-in (`kubectl etcd get …`). */
export const LINKS = ['etcdctl', 'etcdutl', 'auger', 'kubectl-etcd'];

/** By shell: the file's name, and where packages of a system have it. */
const COMPLETIONS = {
  bash: { name: 'ketcdctl', folder: 'usr/share/bash-completion/completions' },
  zsh: { name: '_ketcdctl', folder: 'usr/share/zsh/vendor-completions' },
  fish: { name: 'ketcdctl.fish', folder: 'usr/share/fish/vendor_completions.d' },
};

/**
 * Everything that is the same for all targets.
 * @param {string} program an executable that runs here: it prints the completions
 */
export function sharedContents(program) {
  return {
    man: manPages(),
    completions: Object.entries(COMPLETIONS).map(([shell, { name, folder }]) => ({
      shell,
      name,
      folder,
      bytes: execFileSync(program, ['completion', shell]),
    })),
    license: readFileSync(join(root, 'LICENSE')),
    licences: Buffer.from(licences()),
    readme: readFileSync(join(root, 'README.md')),
  };
}

function manPages() {
  const folder = join(root, 'build', 'man');
  rmSync(folder, { recursive: true, force: true });
  const date = new Date(sourceDate() * 1000).toISOString().slice(0, 10);
  execFileSync(bunFor(hostTarget()), ['packaging/man.ts', folder, date], { cwd: root });
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}
