// What every comparison shares: programs run in turn, so that whatever else the machine does hits all of them alike; the median of
// each, its largest memory, and the ratio to the peer. Figures of one run only: nothing is compared with numbers from another day.
import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';

const ours = new URL('../bin/ketcdctl.js', import.meta.url).pathname;

/** How ketcdctl is started here. */
export const KETCDCTL = [process.execPath, ours];
const built = new URL(`../build/binary/linux-${process.arch}/ketcdctl`, import.meta.url).pathname;
/** The executable, where one was built. */
export const EXECUTABLE = existsSync(built) ? [built] : undefined;
/** The peer: `ETCDCTL_BIN`, or etcdctl of the PATH. */
export const ETCDCTL = [process.env.ETCDCTL_BIN ?? 'etcdctl'];

/** Node 20 reads these certificates at every start, 30 ms: they are no part of what is measured. */
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

/**
 * Runs commands in turn and prints a line for each.
 * @param {string} title
 * @param {Record<string, { command: string[], input?: string, before?: () => void }>} programs the first is the peer of the others
 * @param {{ rounds?: number, aim?: string }} options
 */
export function compare(title, programs, { rounds = 5, aim = '' } = {}) {
  const runs = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, program] of Object.entries(programs)) runs[name].push(runOnce(name, program));
  }
  console.log(`\n${title}${aim && ` (aim: ${aim})`}`);
  const [peer] = Object.keys(programs);
  for (const [name, results] of Object.entries(runs)) {
    const ms = median(results.map((result) => result.ms));
    const busy = median(results.map((result) => result.busy));
    const memory = Math.max(...results.map((result) => result.kilobytes));
    const compared =
      name === peer ? '' : `  ${ratio(ms, runs[peer], 'ms')} of ${peer}, processor ${ratio(busy, runs[peer], 'busy')}`;
    console.log(
      `  ${name.padEnd(16)} ${ms.toFixed(0).padStart(7)} ms ${busy.toFixed(0).padStart(7)} ms of processor ${(memory / 1024).toFixed(0).padStart(5)} MB${compared}`,
    );
  }
}

function ratio(value, results, field) {
  return (value / median(results.map((result) => result[field]))).toFixed(2);
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

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
