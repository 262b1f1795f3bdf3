import { test } from 'node:test';
import { replay } from './replay.js';

test('etcdctl 3.4 with the old API as it was recorded', (t) => replay(t, (file) => file.startsWith('s9'), 750));
