// `npm run bench`: every comparison one after the other, and docs/benchmarks.md with what came out. A comparison that fails is told of and
// stands in the page as one that was not made.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { ETCDCTL, ETCDUTL, KETCDCTL, scaled } from './compare.mjs';

const COMPARISONS = ['start', 'get', 'watch', 'txn', 'health', 'storage', 'k8s'];

const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-bench-results-'));
const results = join(dir, 'results');
const env = { ...process.env, ETCDCTL_API: '3', BENCH_RESULTS: results };
writeFileSync(results, '');
const failed = COMPARISONS.filter((name) => {
  console.log(`\n# ${name}.mjs, ${new Date().toISOString()}`);
  return (
    spawnSync(process.execPath, [join(import.meta.dirname, `${name}.mjs`)], { stdio: 'inherit', env }).status !== 0
  );
});
const tables = readFileSync(results, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => table(JSON.parse(line)));
rmSync(dir, { recursive: true });

const page = `# Benchmarks

Made by \`npm run bench\`, which runs all programs in turn. The median of the time, the least, the processor's time, the largest memory of any run,
and the ratios of the medians to the first line.

- ${cpus().length} processors, ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB; Node ${process.version}
- ${[ETCDCTL, ETCDUTL, KETCDCTL].map(versionOf).join('; ')}
${scaled(1000) === 1000 ? '' : `- **In a small size (BENCH_SCALE=${process.env.BENCH_SCALE}): no figure means anything**\n`}
${failed.map((name) => `Not made: bench/${name}.mjs failed.\n\n`).join('')}${tables.join('\n')}`;
writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), page);
if (failed.length > 0) console.error(`Error: failed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);

function table({ title, aim, rounds, rows }) {
  const lines = rows.map(({ name, ms, leastMs, busy, megabytes, ratio, busyRatio }) =>
    [
      name,
      ms.toFixed(0),
      leastMs.toFixed(0),
      busy.toFixed(0),
      megabytes.toFixed(0),
      ratio.toFixed(2),
      busyRatio.toFixed(2),
    ].join(' | '),
  );
  const head = `## ${title}\n\n${rounds} rounds${aim && `; aim: ${aim}`}\n`;
  return `${head}
| | ms | least | processor, ms | MB | ratio | of processor |
| --- | --- | --- | --- | --- | --- | --- |
${lines.map((line) => `| ${line} |`).join('\n')}
`;
}

function versionOf([program, ...args]) {
  try {
    return execFileSync(program, [...args, 'version'], { env, encoding: 'utf8' }).split('\n', 1)[0];
  } catch {
    return `no ${program}`;
  }
}
