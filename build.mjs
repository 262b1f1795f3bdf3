// Builds dist/: the bundle of src/main.ts, with a chunk of its own for everything that is loaded by `import()`.
//
// esbuild splits ES modules only, and an ES module entry costs about 5 ms more at start than a CommonJS one. So the chunks are built
// as ES modules first, and each is then rewritten to CommonJS. What a plain `get` needs would be some thirty small files, a third of
// a millisecond each: those are put into one, core.js, where a module still runs only when it is asked for.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import { writeCoreCache } from './build-cache.mjs';

const root = new URL('.', import.meta.url).pathname;
const out = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The modules that start a chunk and belong to the way from the command line to the first answer. */
const HOT = [
  'src/main.ts',
  'src/commands/get.ts',
  'src/commands/decode.ts',
  'src/auger/main.ts',
  'src/auger/auger-program.ts',
  'src/auger/decode.ts',
  'src/etcd/client.ts',
  'src/connection/transport.ts',
  'src/output/decoded.ts',
];

/** commander loads child_process (2 ms) for sub-commands that are programs, which ketcdctl has none of. */
const lazyChildProcess = {
  name: 'lazy-child-process',
  setup({ onLoad }) {
    onLoad({ filter: /commander\/lib\/command\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /const childProcess = require\('node:child_process'\)(\.\w+)?;/,
        "const childProcess = { get spawn() { return require('node:child_process').spawn; } };",
      ),
    }));
  },
};

const { outputFiles, metafile } = await build({
  entryPoints: ['src/main.ts'],
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outdir: out,
  chunkNames: '[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"', KETCDCTL_VERSION: JSON.stringify(version) },
  legalComments: 'none',
  plugins: [lazyChildProcess],
  metafile: true,
  write: false,
});

/** The chunks of HOT, and those that they import at once. */
function coreChunks() {
  const chunks = Object.entries(metafile.outputs);
  const waiting = chunks.filter(([, { entryPoint }]) => HOT.includes(entryPoint)).map(([name]) => name);
  const found = new Set();
  for (const name of waiting) {
    if (found.has(name)) continue;
    found.add(name);
    const statically = metafile.outputs[name].imports.filter(
      ({ kind, external }) => kind === 'import-statement' && !external,
    );
    waiting.push(...statically.map(({ path }) => path));
  }
  return new Set([...found].map((name) => basename(name)));
}

async function toCommonJs(text) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
  });
  return code;
}

const core = coreChunks();
const packed = [];
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const { path, text } of outputFiles) {
  const name = basename(path);
  const code = await toCommonJs(text);
  if (core.has(name)) packed.push(`${JSON.stringify(`./${name}`)}(module,exports,require){${code}}`);
  else {
    const linked = code.replace(/require\("(\.\/[^"]+)"\)/g, (call, to) =>
      core.has(to.slice(2)) ? `require("./core.js")("${to}")` : call,
    );
    writeFileSync(join(out, name), linked);
  }
}
writeFileSync(
  join(out, 'core.js'),
  `const packed={${packed.join(',')}},loaded={};
function load(name){if(!Object.hasOwn(packed,name))return require(name);
if(!loaded[name]){loaded[name]={exports:{}};packed[name](loaded[name],loaded[name].exports,load)}
return loaded[name].exports}
module.exports=load;
`,
);
writeFileSync(join(out, 'package.json'), '{"type":"commonjs"}\n');
await writeCoreCache();
