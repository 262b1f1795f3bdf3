import { spawnSync } from 'node:child_process';

/** Runs a command until it succeeds: a server that was just started takes a moment. */
export function untilItWorks([program, ...args], tries = 20) {
  for (let left = tries; left > 0; left--) {
    if (spawnSync(program, args, { stdio: 'ignore' }).status === 0) return;
    spawnSync('sleep', ['0.2']);
  }
  throw new Error(`does not work: ${program} ${args.join(' ')}`);
}
