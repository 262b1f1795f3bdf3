// endpoint health and status of three members: what a script asks in a loop.
import { compare, ETCDCTL, KETCDCTL } from './compare.mjs';
import { startCluster } from './server.mjs';
import { untilItWorks } from './until-works.mjs';

const cluster = await startCluster(3);
const both = (...args) => ({
  etcdctl: { command: [...ETCDCTL, ...cluster.flags, ...args] },
  ketcdctl: { command: [...KETCDCTL, ...cluster.flags, ...args] },
});
untilItWorks([...ETCDCTL, ...cluster.flags, 'endpoint', 'health']);
const options = { rounds: 15, aim: 'at most 1.0 of etcdctl' };
compare('endpoint health of three members', both('endpoint', 'health'), options);
compare('… --cluster', both('endpoint', 'health', '--cluster'), options);
compare('endpoint status of three members', both('endpoint', 'status'), options);
await cluster.stop();
