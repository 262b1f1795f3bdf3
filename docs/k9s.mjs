// `npm run picture:k9s`: docs/k9s.svg, what k9s shows of the sample cluster through `k8s serve`. Needs k9s (or K9S with its path) and tmux.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { terminalPicture } from './terminal.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = process.env.K9S ?? 'k9s';
const PATIENCE_MS = 60_000;

const home = mkdtempSync(join(tmpdir(), 'ketcdctl-k9s-'));
// A server of tmux's own, that no other session is in.
const tmux = (...words) =>
  execFileSync('tmux', ['-L', `ketcdctl-${process.pid}`, '-f', '/dev/null', ...words], { encoding: 'utf8' });
const screen = () => tmux('capture-pane', '-p', '-e', '-t', 'k9s');

try {
  const serve = [process.execPath, 'bin/ketcdctl.js', '--endpoints', 'file:samples/cluster.db', 'k8s', 'serve', '--'];
  const k9s = [program, '--all-namespaces', '--readonly', '--logoless', '--crumbsless', '--splashless'];
  const homes = ['HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME'].map(
    (name) => `${name}=${home}`,
  );
  const command = ['env', '-C', root, ...homes, 'TERM=tmux-256color', ...serve, ...k9s];
  tmux('new-session', '-d', '-s', 'k9s', '-x', '118', '-y', '17', ...command);
  let shown = '';
  for (
    const end = Date.now() + PATIENCE_MS;
    !shown.includes('CrashLoopBackOff') || shown.includes('Viewing');
    shown = screen()
  ) {
    if (Date.now() > end) throw new Error(`k9s does not show the pods:\n${shown}`);
    execFileSync('sleep', ['0.3']);
  }
  const lines = shown.trimEnd().split('\n').map(coloured);
  const picture = terminalPicture(lines, 'k9s lists the pods of a snapshot file');
  writeFileSync(new URL('k9s.svg', import.meta.url), picture);
} finally {
  tmux('kill-server');
  rmSync(home, { recursive: true, force: true });
}

/** The parts of a line by their colours: ECMA-48's SGR sequences. */
function coloured(line) {
  const parts = [];
  let [fill, back] = ['#c5ced8', undefined];
  for (const [, codes, text] of `\x1b[m${line}`.matchAll(/\x1b\[([\d;]*)m([^\x1b]*)/g)) {
    const numbers = codes.split(';').map(Number);
    for (let at = 0; at < numbers.length; at++) {
      const code = numbers[at];
      if (code === 0) [fill, back] = ['#c5ced8', undefined];
      else if (code === 39) fill = '#c5ced8';
      else if (code === 49 || code === 40) back = undefined;
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97))
        fill = palette((code % 10) + (code >= 90 ? 8 : 0));
      else if ((code >= 41 && code <= 47) || (code >= 100 && code <= 107))
        back = palette((code % 10) + (code >= 100 ? 8 : 0));
      else if (code === 38 || code === 48) {
        const colour = numbers[at + 1] === 5 ? palette(numbers[at + 2]) : hex(numbers.slice(at + 2, at + 5));
        if (code === 38) fill = colour;
        else back = colour;
        at += numbers[at + 1] === 5 ? 2 : 4;
      }
    }
    if (text !== '') parts.push({ text, fill, back });
  }
  return parts;
}

/** xterm's 256 colours: 16 with names, a cube of six steps a colour, and greys. */
function palette(index) {
  const NAMED = ['#000000', '#cd3131', '#0dbc79', '#e5e510', '#2472c8', '#bc3fbc', '#11a8cd', '#e5e5e5'];
  if (index < 16)
    return index < 8
      ? NAMED[index]
      : ['#666666', '#f14c4c', '#23d18b', '#f5f543', '#3b8eea', '#d670d6', '#29b8db', '#ffffff'][index - 8];
  if (index >= 232) return hex(Array(3).fill(8 + 10 * (index - 232)));
  const step = (part) => (part === 0 ? 0 : 55 + 40 * part);
  const cube = index - 16;
  return hex([step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6)]);
}

function hex(parts) {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
