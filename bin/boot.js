// Runs dist/core.js with the code that V8 made of it when it was built (dist/core.cache): compiling it again costs 10 to 15 ms. V8
// refuses the cache of another version or with other flags; then the file is compiled like any other.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, '..', 'dist', 'core.js');
exports.cacheFile = join(__dirname, '..', 'dist', 'core.cache');

/** core.js as a function of `require` and `module`, compiled, or taken from `cachedData`. */
exports.compile = (cachedData) => {
  const source = readFileSync(filename, 'latin1');
  return new Script(`(function(require,module){${source}\n})`, { filename, cachedData });
};

/** Runs the compiled core.js as the module that it is; gives the loader of the modules in it. */
exports.run = (script) => {
  const core = new module.constructor(filename, module);
  core.filename = filename;
  require.cache[filename] = core;
  script.runInThisContext()((name) => core.require(name), core);
  return core.exports;
};

/** The loader of the modules in core.js, by the fastest way there is. */
exports.loadCore = () => {
  let cachedData;
  try {
    cachedData = readFileSync(exports.cacheFile);
  } catch {
    return require(filename);
  }
  const script = exports.compile(cachedData);
  return script.cachedDataRejected ? require(filename) : exports.run(script);
};
