// Builds dist/: the bundle of src/main.ts, with a chunk of its own for everything that is loaded by `import()`.
//
// esbuild splits ES modules only, and an ES module entry costs about 5 ms more at start than a CommonJS one.
// So the chunks are built as ES modules first, and each is then rewritten to CommonJS.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const out = new URL('dist/', import.meta.url).pathname;
const { outputFiles } = await build({
  entryPoints: ['src/main.ts'],
  absWorkingDir: new URL('.', import.meta.url).pathname,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outdir: out,
  chunkNames: '[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"', KETCDCTL_VERSION: JSON.stringify(version) },
  legalComments: 'none',
  write: false,
});
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const file of outputFiles) {
  const { code } = await transform(file.text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
  });
  writeFileSync(join(out, basename(file.path)), code);
}
writeFileSync(join(out, 'package.json'), '{"type":"commonjs"}\n');
