// `npm run picture`: docs/session.svg, a terminal with what the built program prints of the sample cluster.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { terminalPicture } from './terminal.mjs';

const root = new URL('..', import.meta.url);

/** What is typed, and how many lines of the answer are shown. */
const SESSION = [
  ['get /registry/namespaces/shop', 8],
  ['k8s get pods -n shop', 6],
  ['k8s history deployment/web -n shop', 9],
];
const lines = SESSION.flatMap(([command, most]) => [`$ ketcdctl ${command}`, ...answer(command, most), '']).slice(
  0,
  -1,
);
function answer(command, most) {
  const args = ['bin/ketcdctl.js', '--endpoints', 'file:samples/cluster.db', ...command.split(' ')];
  const printed = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).trimEnd().split('\n');
  return printed.length > most ? [...printed.slice(0, most), '…'] : printed;
}

function colour(line) {
  if (line.startsWith('$ ')) return '#ffffff';
  if (line.startsWith('+')) return '#7ee787';
  if (line.startsWith('-')) return '#ff9a8f';
  return '#c5ced8';
}

const picture = terminalPicture(
  lines.map((text) => [{ text, fill: colour(text) }]),
  'ketcdctl reads a cluster out of a snapshot file',
);
writeFileSync(new URL('docs/session.svg', root), picture);
