import { CompareResult, CompareTarget, type ICompare, type ITxnRequest } from 'etcd3/lib/rpc';
import { goUrlText } from '../base/go/url.js';
import { askPassword } from '../base/password.js';
import { type EtcdClient, openClient } from '../etcd/client.js';
import { KeysApi } from './keys-api.js';
import { type MigratedKey, type MigrationPlan, planMigration } from './migrate-plan.js';
import { type Action, keyFailure, type Run, V2Exit } from './run.js';
import { findEndpoints } from './settings.js';

/** Keys that are on their way at once. */
const AT_ONCE = 32;

export const migrate: Action = async (run) => {
  const { flags, io } = run;
  const plan = await readPlan(run);
  const client = await openV3(run);
  try {
    const counts = await copyKeys(run, client, plan.keys);
    tellRest(run, plan);
    const done = flags.bool('apply') ? 'written' : 'would be written';
    const { write, same, differs } = counts;
    io.stderr.write(`${write} keys ${done}, ${same} are in v3 already, ${differs} are in v3 with another value\n`);
    if (!flags.bool('apply')) io.stderr.write('this was a dry run: nothing is written without --apply\n');
    return differs > 0 ? V2Exit.Error : V2Exit.Ok;
  } finally {
    client.close();
  }
};

async function readPlan(run: Run): Promise<MigrationPlan> {
  const keys = new KeysApi(await run.connect());
  const roots = run.args.length > 0 ? run.args : ['/'];
  const options = { recursive: true, sorted: true, quorum: true };
  try {
    // A large tree takes longer than a command's usual time.
    const answers = await Promise.all(roots.map((root) => keys.get(root, options)));
    return planMigration(
      answers.map(({ node }) => node),
      run.flags.string('prefix'),
    );
  } catch (error) {
    throw keyFailure(V2Exit.ServerError, error);
  }
}

/** The cluster that is written to: by default the same, with the same TLS files. */
async function openV3(run: Run): Promise<EtcdClient> {
  const { settings, flags } = run;
  const own = (await findEndpoints(settings, () => {})).map((url) => goUrlText(url));
  const user = flags.string('to-user');
  return openClient({
    endpoints: flags.string('to') ? flags.string('to').split(',') : own,
    cacert: settings.caFile || undefined,
    cert: settings.certFile || undefined,
    key: settings.keyFile || undefined,
    commandTimeout: settings.totalTimeout || undefined,
    ...(user ? { user } : {}),
    ...(user && !user.includes(':') ? { password: () => askPassword('Password: ', run.mode, run.io) } : {}),
  });
}

type Outcome = 'write' | 'same' | 'differs';

async function copyKeys(run: Run, client: EtcdClient, keys: readonly MigratedKey[]): Promise<Record<Outcome, number>> {
  const counts = { write: 0, same: 0, differs: 0 };
  const leases = new Leases(client);
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const batch = keys.slice(at, at + AT_ONCE);
    const outcomes = await Promise.all(batch.map((key) => copyKey(run, client, leases, key)));
    for (const [i, outcome] of outcomes.entries()) {
      counts[outcome] += 1;
      const { key, expiry } = batch[i]!;
      await run.io.stdout.write(`${outcome.padEnd(8)}${key}${expiry ? ` (ttl ${expiry.seconds}s)` : ''}\n`);
    }
  }
  return counts;
}

async function copyKey(run: Run, client: EtcdClient, leases: Leases, migrated: MigratedKey): Promise<Outcome> {
  const { flags } = run;
  const key = Buffer.from(migrated.key);
  const value = Buffer.from(migrated.value);
  const { kvs } = await client.kv.range({ key });
  const found = kvs[0];
  if (found?.value.equals(value)) return 'same';
  if (found && !flags.bool('overwrite')) return 'differs';
  if (!flags.bool('apply')) return 'write';
  const lease = migrated.expiry ? await leases.for(migrated.expiry) : '0';
  const unchanged: ICompare = {
    key,
    target: CompareTarget.Mod,
    result: CompareResult.Equal,
    mod_revision: found?.mod_revision ?? '0',
  };
  const request: ITxnRequest = { compare: [unchanged], success: [{ request_put: { key, value, lease } }] };
  const { succeeded } = await client.kv.txn(request);
  // Somebody else has written the key in between.
  return succeeded ? 'write' : 'differs';
}

/** One lease for all that expires at the same time. */
class Leases {
  private readonly granted = new Map<string, Promise<string>>();

  constructor(private readonly client: EtcdClient) {}

  for({ at, seconds }: { at: string; seconds: bigint }): Promise<string> {
    let lease = this.granted.get(at);
    if (!lease) {
      lease = this.client.lease.leaseGrant({ TTL: String(seconds), ID: '0' }).then(({ ID }) => ID);
      this.granted.set(at, lease);
    }
    return lease;
  }
}

/** What cannot be copied as it is. */
function tellRest({ io }: Run, { emptyDirectories, doubtful }: MigrationPlan): void {
  for (const directory of emptyDirectories) {
    io.stderr.write(`${directory}: an empty directory, which v3 does not have\n`);
  }
  for (const key of doubtful) {
    io.stderr.write(`${key}: the value may have been binary, which the v2 API gives only in part (U+FFFD)\n`);
  }
}
