// What the command line itself costs, beside an empty script: no server is asked. Aim: `version` within 8 ms of the empty script.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, KETCDCTL } from './compare.mjs';

const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-bench-files-'));
const empty = join(dir, 'empty.js');
writeFileSync(empty, '');

const ours = (...args) => ({ command: [...KETCDCTL, ...args] });
compare(
  'start-up',
  {
    'empty script': { command: [process.execPath, empty] },
    version: ours('version'),
    'get --help': ours('get', '--help'),
    'tab after "ge"': ours('__complete', 'ge'),
  },
  { rounds: 25, aim: 'version: the empty script + 8 ms' },
);
rmSync(dir, { recursive: true });
