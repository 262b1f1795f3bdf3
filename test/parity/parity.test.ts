import { test } from 'node:test';
import { replay } from './replay.js';

test('etcdctl 3.4 as it was recorded: keys, watches, leases, locks', (t) =>
  replay(t, (file) => /^s[12]/.test(file), 450));
