import { test } from 'node:test';
import { replay } from './replay.js';

test('etcdctl 3.4 as it was recorded: members, users, TLS, settings, snapshots', (t) =>
  replay(t, (file) => !/^s[129]/.test(file), 450));
