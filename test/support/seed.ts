/**
 * Required before each test file: property tests draw the same cases in every run, so that a failure comes back. KETCDCTL_SEED=N draws
 * others, KETCDCTL_SEED=random new ones in each run (fast-check names the seed of a failure).
 */
import fc from 'fast-check';

const wanted = process.env.KETCDCTL_SEED ?? '1';
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });
