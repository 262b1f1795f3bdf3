// Builds dist/: src/main.ts with all that it imports, in files of their own what is loaded by `import()` and what runs as a thread.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'rolldown';

const root = new URL('.', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const threads = readdirSync(`${root}src`, { recursive: true }).filter((name) => name.endsWith('-thread.ts'));

await build({
  cwd: root,
  input: { main: 'src/main.ts', ...Object.fromEntries(threads.map((path) => [basename(path, '.ts'), `src/${path}`])) },
  platform: 'node',
  transform: {
    target: 'node20.19',
    define: { 'process.env.NODE_ENV': '"production"', KETCDCTL_VERSION: JSON.stringify(version) },
  },
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
