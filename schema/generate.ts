/**
 * `npm run schema`: makes src/k8s-decode/schema/ from the releases that releases.json pins.
 * `npm run schema -- --release 1.37` pins the newest patch of a release first. README.md tells the rest.
 */
import { join } from 'node:path';
import { merge } from './merge.js';
import { pinRelease, readOldReleases, readReleases } from './releases.js';
import { writeTable } from './write.js';

const root = process.cwd();
const pins = join(root, 'schema', 'releases.json');
const facts = join(root, 'schema', 'types-1.8-1.16.ndjson.gz');

const [flag, release] = process.argv.slice(2);
if (flag === '--release' && release) pinRelease(pins, release);
else if (flag !== undefined) throw new Error('usage: npm run schema [-- --release 1.N]');

const changes: string[] = [];
const packages = merge([...readOldReleases(facts), ...readReleases(pins)], changes);
writeTable(join(root, 'src', 'k8s-decode', 'schema'), packages);
const kinds = [...packages.values()].reduce((sum, table) => sum + table.kinds.size, 0);
console.log(`${packages.size} packages, ${kinds} kinds. Numbers that releases use for different things:`);
for (const change of changes) console.log(`  ${change}`);
