// Runs the packs of dist/ (core.js, kubernetes.js) with the code that V8 made of them when they were built (core.cache, …): compiling it
// again costs 10 to 15 ms. V8 refuses the cache of another version or with other flags; then the file is compiled like any other.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const dist = join(__dirname, '..', 'dist');
const packs = {};
let compiled;

/** A pack's loader of the modules in it, by the fastest way there is. */
exports.pack = (name) => (packs[name] ??= loadPack(name));

/** From now on no cache is read, and one is written for each pack when the process ends. */
exports.keepCode = () => {
  compiled = {};
  process.on('exit', () => {
    for (const [name, script] of Object.entries(compiled)) writeFileSync(cacheFile(name), script.createCachedData());
  });
};

function loadPack(name) {
  if (compiled) {
    compiled[name] = compile(name);
    return run(name, compiled[name]);
  }
  let cachedData;
  try {
    cachedData = readFileSync(cacheFile(name));
  } catch {
    return require(sourceFile(name));
  }
  const script = compile(name, cachedData);
  return script.cachedDataRejected ? require(sourceFile(name)) : run(name, script);
}

/** A pack as a function of `require` and `module`, compiled, or taken from `cachedData`. */
function compile(name, cachedData) {
  const source = readFileSync(sourceFile(name), 'latin1');
  return new Script(`(function(require,module){${source}\n})`, { filename: sourceFile(name), cachedData });
}

/** Runs a compiled pack as the module that it is. */
function run(name, script) {
  const filename = sourceFile(name);
  const pack = new module.constructor(filename, module);
  pack.filename = filename;
  script.runInThisContext()((id) => pack.require(id), pack);
  return pack.exports;
}

const sourceFile = (name) => join(dist, `${name}.js`);
const cacheFile = (name) => join(dist, `${name}.cache`);
