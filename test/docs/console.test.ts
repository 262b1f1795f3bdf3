/**
 * The pages say what was seen: every block of ```console in docs/ is run that needs no more than the sample or a fresh etcd with the
 * sample in it, and its output is compared. A new block is run unless it stands in {@link ELSEWHERE} with the reason why it cannot be.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SAMPLE } from '../k8s/live-sample.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { installed } from '../support/program.js';
import { repoRoot } from '../support/root.js';

const DOCS = join(repoRoot(), 'docs');

/** By the page, and what its first command has: what a block needs that is not here. */
const ELSEWHERE: Readonly<Record<string, readonly [command: string, why: string][]>> = {
  'auger.md': [['export KETCDCTL_AS=auger', "etcd's own etcdctl"]],
  'back-up-and-restore.md': [
    ['snapshot save', 'three members'],
    ['snapshot verify --trial', 'a snapshot of three members'],
  ],
  'decode.md': [['encode web-0.yaml', 'manifests of the reader']],
  'encryption.md': [
    ['put --as-kubernetes', 'keys of the reader'],
    ['k8s encryption rewrite', 'keys of the reader'],
    ['get /registry/configmaps/kube-system/encrypted', 'encrypted values'],
  ],
  'health-and-alerts.md': [['--watch=1s', 'three members, and it goes on until Ctrl-C']],
  'k8s-changes.md': [
    ['k8s apply -f banner.yaml', 'a manifest of the reader'],
    ['k8s restore deploy/web', 'what the edit before it has changed'],
    ['k8s rescue', 'a damaged value'],
  ],
  'k8s.md': [
    ['--encryption-config /etc/kubernetes', 'encrypted values'],
    ['k8s orphans', 'objects whose owners are gone'],
    ['k8s stored-versions', 'objects of older versions'],
  ],
  'move-off-v2.md': [['', 'data directories of etcd 3.4 and 3.5 with the old API']],
  'out-of-space.md': [
    ['recover-space', 'three members, one of them full'],
    ['defrag', 'three members'],
  ],
  'output.md': [['member list', 'three members']],
  'quorum-lost.md': [['recover', 'members without a quorum']],
  'replace-member.md': [['member', 'three members']],
  'serve.md': [['k8s serve', 'kubectl or Helm']],
  'snapshots.md': [
    ['snapshot save', 'hosts and folders of the reader'],
    ['--data-dir /var/lib', 'folders of the reader'],
    ['check consistency', 'three members'],
  ],
  'streams.md': [
    ['watch config', 'it goes on until Ctrl-C'],
    ['watch demo', 'a compaction meanwhile'],
    ['lease grant', 'the ID of a lease'],
    ['make-mirror', 'two clusters'],
  ],
  'undelete.md': [
    ['k8s restore deploy/web', 'objects that were deleted'],
    ['k8s revert', 'an object of the reader'],
  ],
  'upgrade-etcd.md': [['upgrade check', 'a data directory of etcd 3.5']],
  'v2.md': [['', 'an etcd with the old API']],
};

/** Folders of the machine, which no block may touch here. */
const SYSTEM = /(?:^|[\s=:])\/(?:var|etc|backup|data|root|home)\//;

interface Block {
  page: string;
  line: number;
  steps: Step[];
}

/** A command, and what it prints. */
interface Step {
  command: string;
  output: string;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(DOCS, page), 'utf8');
  return Array.from(text.matchAll(/^```console\n([\s\S]*?)^```$/gm), ({ 1: body, index }) => ({
    page,
    line: text.slice(0, index).split('\n').length,
    steps: stepsOf(body!),
  }));
}

function stepsOf(body: string): Step[] {
  const steps: Step[] = [];
  let continues = false;
  for (const line of body.split('\n').slice(0, -1)) {
    const last = steps.at(-1);
    if (continues) last!.command += `\n${line}`;
    else if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: '' });
    // In front of the first command stands what it is about.
    else if (last) last.output += `${line}\n`;
    continues = (continues || line.startsWith('$ ')) && line.endsWith('\\');
  }
  return steps;
}

/** What differs from run to run, and what it looks like. */
const CHANGING: readonly (readonly [shown: RegExp, pattern: string])[] = [
  [/…/g, '.*'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z'],
  [/\b\d{8}T\d{6}Z\b/g, '\\d{8}T\\d{6}Z'],
  // How long something took, and ages.
  [/\b\d+(?:\.\d+)?(?:ns|µs|ms|s)\b/g, '[\\d.]+(?:ns|µs|ms|s)'],
  [/\b(?:\d+[ydhm]){1,2}\b/g, '(?:\\d+[ydhms]){1,2}'],
  // IDs, and ports of this machine.
  [/\b[0-9a-f]{15,16}\b/g, '[0-9a-f]{12,16}'],
  [/127\.0\.0\.1:\d+/g, '127\\.0\\.0\\.1:\\d+'],
  [/ +/g, ' +'],
];

/** A pattern for what a page shows: a line `…` stands for any lines, `…` within one for anything. */
function patternOf(output: string): RegExp {
  const lines = output.split('\n').slice(0, -1);
  const patterns = lines.map((line) => (line === '…' ? '(?:.*\\n)*?' : `${linePattern(line.trimEnd())} *\\n`));
  return new RegExp(`^${patterns.join('')}$`);
}

function linePattern(line: string): string {
  const pattern: string[] = [];
  for (let rest = line; rest !== ''; ) {
    const found = CHANGING.flatMap(([shown, text]) => {
      const [match] = rest.matchAll(shown);
      return match ? [{ at: match.index, length: match[0].length, text }] : [];
    }).sort((a, b) => a.at - b.at)[0];
    const plain = rest.slice(0, found?.at ?? rest.length);
    pattern.push(plain.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), found?.text ?? '');
    rest = rest.slice(plain.length + (found?.length ?? 0));
  }
  return pattern.join('');
}

/** A folder with what the pages name: the sample, and a snapshot of it. */
function workplace(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-docs-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  symlinkSync(join(repoRoot(), 'samples'), join(dir, 'samples'));
  copyFileSync(SAMPLE, join(dir, 'backup.db'));
  mkdirSync(join(dir, 'bin'));
  for (const name of ['ketcdctl', 'etcdctl']) symlinkSync(installed, join(dir, 'bin', name));
  return dir;
}

/** Whether all commands of a block read files. */
function isOffline({ steps }: Block): boolean {
  return steps.every(({ command }) =>
    /file:|ketcdctl (snapshot|extract|analyze|checksum|hashkv|decode) /.test(command),
  );
}

/** What must not be asked: an etcd of this machine. */
const NOBODY = 'http://127.0.0.1:1';

/** One that goes on without an end fails, and says how far it came. */
const PATIENCE_MS = 60_000;

async function run(t: TestContext, block: Block): Promise<string[]> {
  const dir = workplace(t);
  const env: NodeJS.ProcessEnv = {
    ...{ HOME: dir, PATH: `${join(dir, 'bin')}${delimiter}${process.env.PATH}`, NO_COLOR: '1' },
  };
  env.ETCDCTL_ENDPOINTS = isOffline(block) ? NOBODY : (await startEtcd(t, { restore: SAMPLE })).endpoint;
  const mark = 'END-OF-STEP';
  const script = block.steps.map(({ command }) => `${command}\nstatus=$?; echo ${mark}; (exit $status)\n`).join('');
  writeFileSync(join(dir, 'block.sh'), script);
  const { stdout } = spawnSync('bash', ['-c', 'exec 2>&1; source ./block.sh'], {
    ...{ cwd: dir, env, encoding: 'utf8', timeout: PATIENCE_MS },
  });
  return stdout.replaceAll(dir, '.').split(`${mark}\n`);
}

function whyElsewhere({ page, steps }: Block): string | undefined {
  return ELSEWHERE[page]?.find(([command]) => steps[0]!.command.includes(command))?.[1];
}

for (const page of readdirSync(DOCS).filter((name) => name.endsWith('.md'))) {
  for (const block of blocksOf(page).filter(({ steps }) => steps.length > 0)) {
    const why = whyElsewhere(block);
    if (!why && block.steps.some(({ command }) => SYSTEM.test(command))) {
      throw new Error(`${page}:${block.line} names folders of the machine: say in ELSEWHERE what it needs`);
    }
    const skip = why ?? (isOffline(block) ? false : skipWithoutEtcd());
    test(`${page}:${block.line} ${block.steps[0]?.command}`, { skip }, async (t) => {
      const outputs = await run(t, block);
      for (const [at, { command, output }] of block.steps.entries()) {
        const real = outputs[at]!;
        assert.ok(patternOf(output).test(real), `$ ${command}\n--- the page\n${output}--- was printed\n${real}`);
      }
    });
  }
}
