#!/usr/bin/env node
// Kept in a syntax that any Node can parse, so that an old one gets the sentence below and not a syntax error.
var version = process.versions.node.split('.');
// biome-ignore-start lint/style/useTemplate: an old Node does not know templates
if (+version[0] < 20 || (+version[0] === 20 && +version[1] < 19)) {
  process.stderr.write('Error: ketcdctl needs Node.js 20.19 or newer; this is ' + process.version + '\n');
  process.exit(1);
}
// biome-ignore-end lint/style/useTemplate: an old Node does not know templates
require('../dist/main.js');
