// What every comparison shares: programs run in turn, so that whatever else the machine does hits all of them alike; the median of
// each, its largest memory, and the ratio to the peer. Figures of one run only: nothing is compared with numbers from another day.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, openSync } from 'node:fs';

const ours = new URL('../bin/ketcdctl.js', import.meta.url).pathname;

/** How ketcdctl is started here; where an executable was built, it is run beside it. */
export const KETCDCTL = [process.execPath, ours];
const executable = new URL(`../build/binary/linux-${process.arch}/ketcdctl`, import.meta.url).pathname;
/** The peers: `ETCDCTL_BIN` and `ETCDUTL_BIN`, or those of the PATH. */
export const ETCDCTL = [process.env.ETCDCTL_BIN ?? 'etcdctl'];
export const ETCDUTL = [process.env.ETCDUTL_BIN ?? 'etcdutl'];

/** A number of keys, events or rounds: `BENCH_SCALE=0.01` tries everything in a small size, for which no figure means anything. */
export function scaled(number, least = 1) {
  return Math.max(least, Math.round(number * Number(process.env.BENCH_SCALE ?? 1)));
}

/**
 * Node 20 reads NODE_EXTRA_CA_CERTS at every start, 30 ms: no part of what is measured. A variable that begins as etcdctl's settings do is
 * warned of.
 */
const { NODE_EXTRA_CA_CERTS: _certificates, ETCDCTL_BIN: _etcdctl, ...env } = process.env;

/**
 * Runs commands in turn and prints a line for each; also as a line of JSON behind `BENCH_RESULTS`.
 * @param {string} title
 * @param {Record<string, { command: string[], input?: string, before?: () => void }>} programs the first is the peer of the others
 * @param {{ rounds?: number, aim?: string }} options
 */
export function compare(title, programs, { rounds = 5, aim = '' } = {}) {
  const all = withExecutable(programs);
  const runs = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
  for (let round = 0; round < scaled(rounds); round++) {
    for (const [name, program] of Object.entries(all)) runs[name].push(runOnce(name, program));
  }
  console.log(`\n${title}${aim && ` (aim: ${aim})`}`);
  const [peer] = Object.values(runs);
  const rows = Object.entries(runs).map(([name, results]) => rowOf(name, results, peer));
  for (const { name, ms, leastMs, busy, megabytes, ratio, busyRatio } of rows) {
    const figures = `${ms.toFixed(0).padStart(7)} ms (least ${leastMs.toFixed(0)}) ${busy.toFixed(0).padStart(7)} ms of processor`;
    const compared = `${ratio.toFixed(2)}, processor ${busyRatio.toFixed(2)}`;
    console.log(`  ${name.padEnd(26)} ${figures} ${megabytes.toFixed(0).padStart(5)} MB  ${compared}`);
  }
  if (process.env.BENCH_RESULTS) {
    appendFileSync(process.env.BENCH_RESULTS, `${JSON.stringify({ title, aim, rounds: scaled(rounds), rows })}\n`);
  }
}

/** The same with the executable, behind each program that runs ketcdctl on Node. */
function withExecutable(programs) {
  if (!existsSync(executable)) return programs;
  const entries = Object.entries(programs).flatMap(([name, program]) => {
    const at = program.command.indexOf(ours);
    if (at < 0) return [[name, program]];
    const command = program.command.toSpliced(at - 1, 2, executable);
    return [
      [`${name}, executable`, { ...program, command }],
      [name, program],
    ];
  });
  return Object.fromEntries(entries);
}

function rowOf(name, results, peer) {
  const ms = median(results, 'ms');
  const busy = median(results, 'busy');
  return {
    name,
    ms,
    leastMs: Math.min(...results.map((result) => result.ms)),
    busy,
    megabytes: Math.max(...results.map(({ kilobytes }) => kilobytes)) / 1024,
    ratio: ms / median(peer, 'ms'),
    busyRatio: busy / median(peer, 'busy'),
  };
}

function runOnce(name, { command, input, before }) {
  before?.();
  const stdin = input === undefined ? 'ignore' : openSync(input, 'r');
  const timed = new URL('timed.py', import.meta.url).pathname;
  const { stdout, stderr } = spawnSync('python3', [timed, ...command], { env, stdio: [stdin, 'pipe', 'pipe'] });
  const [ms, busy, kilobytes, status] = stdout.toString().trim().split(' ').map(Number);
  if (status !== 0) throw new Error(`${name}: exit code ${status}\n${stderr}`);
  return { ms, busy, kilobytes };
}

function median(results, field) {
  const sorted = results.map((result) => result[field]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
