// `npm run picture`: docs/session.svg, a terminal with what the built program prints of the sample cluster.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);

/** What is typed, and how many lines of the answer are shown. */
const SESSION = [
  ['get /registry/namespaces/shop', 8],
  ['k8s get pods -n shop', 6],
  ['k8s history deployment/web -n shop', 9],
];
/** Of a character in the font, in pixels. */
const WIDTH = 8.4;
const LINE = 19;
const PADDING = 20;

const lines = SESSION.flatMap(([command, most]) => [`$ ketcdctl ${command}`, ...answer(command, most), '']).slice(
  0,
  -1,
);
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * WIDTH + 2 * PADDING);
const height = lines.length * LINE + 2 * PADDING;

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

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const text = lines.map((line, at) => {
  const y = PADDING + LINE * at + 14;
  return `<text x="${PADDING}" y="${y}" fill="${colour(line)}">${escaped(line)}</text>`;
});
writeFileSync(
  new URL('docs/session.svg', root),
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="ketcdctl reads a cluster out of a snapshot file">
<rect width="100%" height="100%" rx="8" fill="#1b2129"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">
${text.join('\n')}
</g>
</svg>
`,
);
