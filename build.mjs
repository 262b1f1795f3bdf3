// Builds dist/: src/main.ts with all that it imports, in files of their own what is loaded by `import()` and what runs as a thread.
import { build } from 'rolldown';
import { buildFacts, entryPoints, root } from './packaging/source.mjs';

await build({
  cwd: root,
  input: entryPoints,
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
