#!/usr/bin/env node
// Kept in a syntax that any Node can parse, so that an old one gets the sentence below and not a syntax error.
var major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  process.stderr.write('Error: ketcdctl needs Node.js 20 or newer; this is ' + process.version + '\n');
  process.exit(1);
}
var compileCache = require('node:module').enableCompileCache;
if (compileCache) compileCache();
require('../dist/main.js');
