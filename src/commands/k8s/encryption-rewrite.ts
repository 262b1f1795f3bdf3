import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { bool, int } from '../../base/flags/declare.js';
import { catchingSignals } from '../../base/signals.js';
import { Reencryption, type Survey } from '../../k8s/reencrypt.js';
import type { Encryptor } from '../../k8s-decode/encryption/encryptor.js';
import { factsOf, OUTPUT_FLAG, type ReportFormat, reportFormat, writeReport } from '../../output/report.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { mayChange, openForChange } from './change.js';
import { requireResource } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';

export const spec = {
  usage: 'k8s encryption rewrite [options] [TYPE…]',
  description:
    "Writes stored values anew under the first key that the EncryptionConfiguration has for their resource, past the API server: what the rotation of a key, the change of a provider or the beginning of encryption needs before the old key may go. The objects stay what they are. First every value is opened: where one does not open, nothing is written. Each is sealed, opened again and compared, and put only over what was read; one that changes meanwhile is read again. A run that is broken off goes on where it is started again. At the end all is read once more. Without --yes or the answer at a terminal it only says what would be done. The old values stay in etcd's history until that is compacted, and in the space of the database until that is defragmented.",
  examples: [
    'ketcdctl --encryption-config /etc/kubernetes/enc.yaml k8s encryption rewrite # what would be written',
    'ketcdctl --encryption-config /etc/kubernetes/enc.yaml k8s encryption rewrite secrets --yes',
    'ketcdctl k8s encryption rewrite --rate 20 --yes # slowly, with the configuration of this node',
  ],
  flags: {
    rate: int('most values that are written in a second (0: as fast as it goes)', { default: '100' }),
    skipUnreadable: bool('write the others where some values do not open'),
    yes: bool('do not ask', { short: 'y' }),
    dryRun: bool('say what would be done, and do nothing'),
    ...OUTPUT_FLAG,
  },
  noTimeout: 'unless-given',
} satisfies CommandSpec;

type RewriteFlags = Flags<typeof spec, typeof K8S_FLAGS>;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  const format = reportFormat(context, flags);
  const mayWrite = !flags.dryRun && (flags.yes || Boolean(context.stderr.isTTY && context.stdin.isTTY));
  const cluster = await openForChange(context, { ...flags, dryRun: !mayWrite });
  const encryptor = await cluster.values.encryptor();
  if (!encryptor) {
    throw new Failure('there is no EncryptionConfiguration', {
      exitCode: ExitCode.BadArgs,
      hint: "--encryption-config FILE names the API server's; on a control-plane node it is found",
    });
  }
  const only = args.length > 0 ? await Promise.all(args.map((word) => requireResource(cluster, word))) : undefined;
  const reencryption = new Reencryption(cluster, encryptor, only);
  const survey = await reencryption.survey();
  await tellUnreadable(context, survey);
  if (survey.unreadable.length > 0 && !flags.skipUnreadable) {
    await report(context, format, encryptor, survey);
    throw new Failure(`${survey.unreadable.length} values do not open: nothing was written`, {
      hint: 'is the configuration that of this cluster, with all keys that are still in use? --skip-unreadable leaves them as they are; `k8s rescue` looks at one',
    });
  }
  const outdated = sum(survey, 'outdated');
  if (outdated === 0) {
    await report(context, format, encryptor, survey);
    return survey.unreadable.length > 0 ? ExitCode.Error : ExitCode.Ok;
  }
  const question = `Write ${outdated === 1 ? 'one value' : `${outdated} values`} anew?`;
  if (!(await mayChange(context, { ...flags, dryRun: !mayWrite }, question))) {
    await report(context, format, encryptor, survey);
    const hint = flags.dryRun ? ' (dry run)' : mayWrite ? '' : ' (--yes writes it)';
    await context.stderr.write(`${outdated} values would be written anew; nothing was written${hint}\n`);
    return mayWrite ? ExitCode.Error : ExitCode.Ok;
  }
  return write(context, flags, format, { reencryption, encryptor, outdated });
};

interface Work {
  reencryption: Reencryption;
  encryptor: Encryptor;
  outdated: number;
}

async function write(
  context: CommandContext,
  flags: RewriteFlags,
  format: ReportFormat,
  { reencryption, encryptor, outdated }: Work,
): Promise<number> {
  return catchingSignals(context, async (signal) => {
    let last = 0;
    const count = await reencryption.rewrite(Number(flags.rate), signal, (written) => {
      const now = Date.now();
      if (!context.stderr.isTTY || now - last < PROGRESS_MS) return;
      last = now;
      context.stderr.write(`${written} of ${outdated} written\n`);
    });
    if (signal.aborted) {
      await context.stderr.write(`${count} of ${outdated} values were written anew; run it again to go on\n`);
      return ExitCode.Interrupted;
    }
    const after = await reencryption.survey();
    await report(context, format, encryptor, after);
    await context.stdout.flush();
    await context.stderr.write(`${count} values were written anew\n`);
    const left = sum(after, 'outdated');
    if (left > 0) await context.stderr.write(errorLine(`${left} values are not under the first key: run it again`));
    return left > 0 || after.unreadable.length > 0 ? ExitCode.Error : ExitCode.Ok;
  });
}

const PROGRESS_MS = 1000;

/** How many of the values that do not open are named. */
const NAMED = 10;

async function tellUnreadable({ stderr }: CommandContext, { unreadable, uncovered }: Survey): Promise<void> {
  for (const { key, reason } of unreadable.slice(0, NAMED)) await stderr.write(errorLine(`${key}: ${reason}`));
  if (unreadable.length > NAMED) await stderr.write(`and ${unreadable.length - NAMED} more\n`);
  if (uncovered > 0) {
    await stderr.write(
      `warning: ${uncovered} values are encrypted and no rule covers their resource: they are left, and no API server with this configuration reads them\n`,
    );
  }
}

async function report(
  context: CommandContext,
  format: ReportFormat,
  encryptor: Encryptor,
  { resources, uncovered }: Survey,
): Promise<void> {
  const items = resources.map(({ resource, ...counts }) => {
    const way = encryptor.way(resource);
    const { provider, version, keyName } = way === 'plain' ? { provider: 'none', version: '', keyName: '' } : way;
    return { resource, provider, version, keyName, ...counts };
  });
  await writeReport(context, format, {
    heads: ['RESOURCE', 'PROVIDER', 'KEY', ' CURRENT', ' OUTDATED', ' UNREADABLE'],
    rows: items.map(({ resource, provider, version, keyName, current, outdated, unreadable }) => [
      resource,
      provider === 'kms' ? `kms ${version}` : provider,
      keyName,
      String(current),
      String(outdated),
      String(unreadable),
    ]),
    name: 'encryption',
    items: items.map(factsOf),
    facts: factsOf({ uncovered }),
  });
}

function sum({ resources }: Survey, what: 'outdated'): number {
  return resources.reduce((total, each) => total + each[what], 0);
}
