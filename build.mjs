// Builds dist/: src/main.ts with all that it imports, in files of their own what is loaded by `import()` and what runs as a thread.
import { writeFileSync } from 'node:fs';
import { build } from 'rolldown';
import { buildFacts, entryPoints, root } from './packaging/source.mjs';

const { output } = await build({
  cwd: root,
  input: entryPoints,
  external: ['bun:ffi'],
  platform: 'node',
  transform: { target: 'node20.19', define: buildFacts('package') },
  output: {
    dir: 'dist',
    cleanDir: true,
    // CommonJS starts some milliseconds sooner than ES modules do.
    format: 'cjs',
    chunkFileNames: '[name]-[hash].js',
    comments: false,
    // Names stay, so that a stack can be read.
    minify: { compress: true, mangle: false, codegen: true },
  },
});

// Whose licences the packages have to carry (packaging/licences.mjs).
const modules = output.flatMap(({ moduleIds = [] }) => moduleIds);
const packages = modules.flatMap(
  (id) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(id)?.[1] ?? [],
);
writeFileSync(`${root}dist/packages.json`, JSON.stringify([...new Set(packages)].sort()));
