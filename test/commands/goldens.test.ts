/**
 * Recorded sessions of etcdctl 3.4 to 3.7, without servers: the answers are made of the recorded JSON (or are a header alone, where the
 * real answer is nothing else), and what is printed of them in every format, and all errors of the command itself, have to be as recorded.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fieldsOf, isMessage } from '../../src/rpc/codec.js';
import { type MessageName, methodOf } from '../../src/rpc/messages.js';
import { HEADER, runWith } from '../support/fake-client.js';
import { corpus, NO_CORPUS } from '../support/root.js';

interface Step {
  id: string;
  argv: string[];
  env?: Record<string, string>;
  stdin?: string;
  script?: unknown[];
  exit: number | string;
  stdout: string;
  stderr: string;
  compare: { stdout: string; stderr: string; exit?: string };
}

/** By command: the call that it prints the answer of. */
const CALLS: Record<string, string> = {
  get: 'KV/range',
  put: 'KV/put',
  del: 'KV/deleteRange',
  'lease grant': 'Lease/leaseGrant',
  'lease revoke': 'Lease/leaseRevoke',
  'lease timetolive': 'Lease/leaseTimeToLive',
  'lease list': 'Lease/leaseLeases',
  txn: 'KV/txn',
  compaction: 'KV/compact',
  defrag: 'Maintenance/defragment',
  'member add': 'Cluster/memberAdd',
  'member remove': 'Cluster/memberRemove',
  'member update': 'Cluster/memberUpdate',
  'member promote': 'Cluster/memberPromote',
  'member list': 'Cluster/memberList',
  'alarm list': 'Maintenance/alarm',
  'move-leader': 'Maintenance/moveLeader',
  'downgrade validate': 'Maintenance/downgrade',
  'downgrade enable': 'Maintenance/downgrade',
  'downgrade cancel': 'Maintenance/downgrade',
  'auth enable': 'Auth/authEnable',
  'auth disable': 'Auth/authDisable',
  'auth status': 'Auth/authStatus',
  'user add': 'Auth/userAdd',
  'user delete': 'Auth/userDelete',
  'user get': 'Auth/userGet',
  'user list': 'Auth/userList',
  'user passwd': 'Auth/userChangePassword',
  'user grant-role': 'Auth/userGrantRole',
  'user revoke-role': 'Auth/userRevokeRole',
  'role add': 'Auth/roleAdd',
  'role delete': 'Auth/roleDelete',
  'role get': 'Auth/roleGet',
  'role list': 'Auth/roleList',
  'role grant-permission': 'Auth/roleGrantPermission',
  'role revoke-permission': 'Auth/roleRevokePermission',
  'check perf': '',
  'check datascale': '',
};
/** Those whose answer has more than a header. */
const TELLING = /^(get|lease (time|list)|txn|member|alarm|auth status|user (get|list)|role (get|list))/;

const SCENARIOS = [
  'put-basic',
  'put-binary',
  'get-basic',
  'get-sort-rev',
  'del',
  'lease',
  'txn',
  'compaction-defrag',
  'member-change',
  'alarm-quota',
  'downgrade',
  'auth-enable',
  'user-role',
  'endpoint-cluster',
  'errors-cli',
];
/** Fewer than this were held against the recording: the test has lost its subject. */
const LEAST = 350;

for (const version of ['3.4.23', '3.5.33', '3.6.14', '3.7.1']) {
  test(`what etcdctl ${version} printed and refused`, async (t) => {
    const folder = join(corpus('parity') ?? '', 'goldens', version);
    if (!existsSync(folder)) return t.skip(NO_CORPUS);
    let compared = 0;
    for (const scenario of SCENARIOS) {
      const { steps } = JSON.parse(readFileSync(join(folder, `${scenario}.json`), 'utf8')) as { steps: Step[] };
      for (const [at, step] of steps.entries()) compared += await compareStep(version, scenario, steps, at, step);
    }
    t.diagnostic(`${compared} steps`);
    assert.ok(compared >= LEAST, `only ${compared} steps were compared`);
  });
}

/** 1 when the step could be compared. */
async function compareStep(version: string, scenario: string, steps: Step[], at: number, step: Step): Promise<number> {
  const command = commandOf(step);
  if (command === '' || step.script !== undefined || step.compare.exit === 'none') return 0;
  const refused = step.exit !== 0 && /^Error: /m.test(step.stderr);
  if (step.exit !== 0 && !refused && step.compare.exit !== 'nonzero') return 0;
  // What the server refused is its own word; there is no server of names either.
  if (refused && /etcdserver: |rpc error: |context |cannot reach/.test(step.stderr)) return 0;
  if (step.argv.some((word) => word.startsWith('--discovery-srv'))) return 0;
  const answer = step.compare.exit === 'nonzero' ? {} : refused ? { header: HEADER } : answerOf(command, steps, at);
  if (answer === undefined) return 0;
  const label = `${version} ${scenario} ${step.id}`;
  const argv = concrete(step.argv.filter((word) => !word.startsWith('--endpoints=')));
  const ended = await runWith(
    (call) => reply(call, command, answer, step),
    argv,
    `etcdctl@${version}`,
    step.stdin ?? '',
  );
  if (step.compare.exit === 'nonzero') {
    assert.notEqual(ended.exit, 0, label);
    return 1;
  }
  assert.equal(ended.exit, step.exit, `${label}: ${ended.stderr}`);
  const errors = (text: string) => (text.split('<USAGE>')[0] ?? '').match(/^Error:.*$/gm) ?? [];
  const [ours] = ended.stderr.split(/^(?:NAME|Usage):/m);
  if (step.compare.stderr !== 'none') assert.deepEqual(errors(ours ?? ''), errors(concreteText(step.stderr)), label);
  if (!refused && step.compare.stdout === 'exact') {
    assert.equal(duration(ended.stdout), duration(concreteText(step.stdout)), label);
  }
  return 1;
}

/** Of one member that is the leader, and of the call that matters. */
function reply(call: string, command: string, answer: object, step: Step): object {
  if (call === CALLS[command]) return answer;
  if (call === 'KV/rangeStream') return { range_response: answer };
  const follower = /at a follower/.test(step.id);
  if (call === 'Maintenance/status') return { header: HEADER, leader: follower ? '1' : HEADER.member_id };
  return {
    header: HEADER,
    ...(call === 'Cluster/memberList' ? { members: [{ clientURLs: ['http://127.0.0.1:2379'] }] } : {}),
  };
}

/** The answer that the step's output was made of, if it is to be had. */
function answerOf(command: string, steps: Step[], at: number): object | undefined {
  if (command === 'move-leader') return {};
  const { stdout } = steps[at]!;
  if (/<TABLE|<PROTOBUF>|<USAGE>|<BASE64>/.test(stdout)) return undefined;
  const revision = /"[Rr]evision"\s?: ?(\d+)/.exec(stdout)?.[1] ?? '0';
  const version = /(?:cluster version |"version":")([\d.]+)/.exec(stdout)?.[1];
  if (/^(put|del)$/.test(command) && /^(OK|\d+)\n$/.test(stdout))
    return { deleted: String(Number.parseInt(stdout, 10) || 0) };
  const own = /^\{.*\}\n$/.test(stdout);
  const writes = /^(put|del|lease (grant|revoke|keep-alive))$/.test(command);
  if (writes && !own) return undefined;
  if (!TELLING.test(command) && !writes) return { header: { ...HEADER, revision }, ...(version ? { version } : {}) };
  const same = (other: Step) => argumentsOf(other) === argumentsOf(steps[at]!) && other.stdin === steps[at]!.stdin;
  for (const distance of writes ? [0] : [0, 1, -1, 2, -2, 3, -3]) {
    const other = steps[at + distance];
    if (!other || !same(other) || !/^\{.*\}\n$/.test(other.stdout)) continue;
    const { response } = methodOf(...(CALLS[command]!.split('/') as [string, string]));
    return fromJson(response, parseExact(concreteText(other.stdout)));
  }
  return undefined;
}

function commandOf({ argv }: Step): string {
  const words = (argv ?? []).filter(
    (word, at, all) => !word.startsWith('-') && !/^(-w|--write-out)$/.test(all[at - 1] ?? ''),
  );
  return Object.keys(CALLS).find((path) => path === words.slice(0, path.split(' ').length).join(' ')) ?? '';
}

function argumentsOf({ argv }: Step): string {
  return (argv ?? []).filter((word, at, all) => !/^(-w|--hex)/.test(word) && all[at - 1] !== '-w').join(' ');
}

const PORTS: Record<string, string> = {
  C1: '2379',
  P1: '2380',
  XP: '2480',
  YP: '2580',
  QC: '2479',
  CL: '2379',
  CF: '2379',
};

/** The recording's tokens as those values that the answers have. */
function concreteText(text: string): string {
  return text
    .replace(/<(CLUSTER|M1|LEADER|M\d|L\d|FOLLOW|OTHER):([dx])~*>/g, (_, name: string, base: string) => {
      const id = idOf(name);
      return base === 'd' ? id : BigInt(id).toString(16);
    })
    .replace(/<(\w\w)p>/g, (_, name: string) => PORTS[name] ?? '1')
    .replaceAll('<RAFT>', HEADER.raft_term)
    .replace(/<TTL>(\)?)/g, (_, bracket?: string) => (bracket ? '59s)' : '59'))
    .replaceAll('<REV>', '9');
}

function idOf(name: string): string {
  if (name === 'CLUSTER') return HEADER.cluster_id;
  if (/^L\d/.test(name)) return `758788965037346560${name[1]}`;
  return name === 'M1' || name === 'LEADER' ? HEADER.member_id : '18249187646912138824';
}

function concrete(argv: string[]): string[] {
  return argv.map(concreteText);
}

function duration(text: string): string {
  return text.replace(/took (<DUR>|\S+)$/gm, 'took a while');
}

/** JSON with its 64-bit numbers as strings. */
function parseExact(text: string): Record<string, unknown> {
  return JSON.parse(text.replace(/([:[,])(\d+)(?=[,\]}])/g, '$1"$2"'));
}

/** `granted-ttl`, `grantedTTL`, `GrantedTTL`: one name. */
function plainName(name: string): string {
  return name.replaceAll(/[-_]/g, '').toLowerCase();
}

/** A message of what Go's encoding/json made of it. */
function fromJson(name: MessageName, json: Record<string, unknown>): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  // The answers about leases have the header's fields as their own.
  const whole = 'raft_term' in json && name !== 'ResponseHeader' ? { ...json, header: json } : json;
  const wrapped = (whole.Response as Record<string, unknown>) ?? whole;
  const plain = Object.fromEntries(Object.entries(wrapped).map(([key, value]) => [plainName(key), value]));
  for (const { name: field, type, repeated } of fieldsOf(name)) {
    const value = plain[plainName(field)];
    if (value === undefined || value === null) continue;
    const one = (item: unknown) => {
      if (isMessage(type)) return fromJson(type, item as Record<string, unknown>);
      // IDs are hex strings with --hex.
      if (type === 'u64' && /[a-f]/.test(String(item))) return String(BigInt(`0x${item}`));
      if (type === 'enum' || type === 'u32') return Number(item);
      return type === 'bytes' ? Buffer.from(String(item), 'base64') : item;
    };
    message[field] = repeated ? (value as unknown[]).map(one) : one(value);
  }
  return message;
}
