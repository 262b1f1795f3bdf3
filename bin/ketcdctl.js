#!/usr/bin/env node
// Kept in a syntax that any Node can parse, so that an old one gets the sentence below and not a syntax error.
var major = Number(process.versions.node.split('.')[0]);
// biome-ignore-start lint/style/useTemplate: an old Node does not know templates
if (major < 20) {
  process.stderr.write('Error: ketcdctl needs Node.js 20 or newer; this is ' + process.version + '\n');
  process.exit(1);
}
// biome-ignore-end lint/style/useTemplate: an old Node does not know templates
var compileCache = require('node:module').enableCompileCache;
if (compileCache) compileCache();
require('./boot.js').pack('core')('./main.js');
