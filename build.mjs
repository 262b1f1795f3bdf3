// Builds dist/: src/main.ts with all that it imports, in files of their own what is loaded by `import()` and what runs as a thread. What
// every call of a server loads is one file: some fifty would take a tenth longer.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'rolldown';
import { buildFacts, entryPoints, root } from './packaging/source.mjs';

/** What these calls load, as the test has it that guards their start: modules of src/ and packages. */
const loaded = JSON.parse(readFileSync(`${root}test/package/loaded-modules.json`, 'utf8'));

/** Whether a call loads a module, by its path. The one that runs the program stays an entry: threads load what it shares with them. */
function isLoadedBy(call) {
  const names = new Set(loaded[call].filter((name) => name !== 'src/main.js'));
  return (id) => names.has(nameOf(id));
}

/** `src/cli/run.js`, or the package's name. */
function nameOf(id) {
  return packageOf(id) ?? id.replace(root, '').replace(/\.ts$/, '.js');
}

function packageOf(id) {
  return /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(id)?.[1];
}

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
    codeSplitting: {
      groups: [
        { name: 'version', test: isLoadedBy('version'), priority: 2 },
        { name: 'call', test: isLoadedBy('get'), priority: 1 },
      ],
    },
    comments: false,
    // Names stay, so that a stack can be read.
    minify: { compress: true, mangle: false, codegen: true },
  },
});

// Whose licences the packages have to carry (packaging/licences.mjs).
const modules = output.flatMap(({ moduleIds = [] }) => moduleIds);
const packages = modules.flatMap((id) => packageOf(id) ?? []);
writeFileSync(`${root}dist/packages.json`, JSON.stringify([...new Set(packages)].sort()));
