import { BUILD, COMMIT, KUBERNETES } from '../../base/build.js';
import { isDropIn } from '../../base/contract.js';
import { sleep } from '../../base/timer.js';
import type { CommandContext, CommandSpec, Run } from '../../commands/command.js';
import { RELEASES, versionOf, versionText } from '../version-text.js';

export const spec = {
  usage: 'version',
  mostArgs: 0,
  description:
    "Shows ketcdctl's own version and the newest version of etcd's API that it speaks, and where endpoints are named, the " +
    'version of the server, if one answers within two seconds. The other formats tell how it was built and what it covers, too.',
  examples: ['ketcdctl version', 'ketcdctl version -w json'],
  flags: {},
} satisfies CommandSpec;

/** A server that takes longer is not waited for. */
const PATIENCE_MS = 2000;

export const run: Run<typeof spec> = async (context) => {
  const { mode, stdout } = context;
  const text = versionText(mode);
  if (isDropIn(mode)) {
    stdout.write(text);
    return;
  }
  const { outputFormat } = await import('../../output/format.js');
  const format = outputFormat(context);
  const server = await serverVersion(context);
  const withServer = server === undefined ? text : `${text}server version: ${server}\n`;
  if (format === 'simple') {
    stdout.write(withServer);
    return;
  }
  const { RecordPrinter } = await import('../../output/records.js');
  const printer = new RecordPrinter(context, format);
  await printer.print({ name: mode.tool, ...versionOf(mode), ...facts(), ...(server && { server }) }, withServer);
  await printer.end(true);
};

/** How it was built, what it runs on, and which releases it knows. */
function facts() {
  const { bun, node } = process.versions;
  return {
    commit: COMMIT,
    build: BUILD,
    runtime: bun === undefined ? `Node ${node}` : `Bun ${bun}`,
    kubernetes: KUBERNETES,
    etcd: Object.values(RELEASES).join(', '),
  };
}

/** The version of the first server that answers; undefined when none does, or none is named. */
async function serverVersion(context: CommandContext): Promise<string | undefined> {
  if (!context.options.given.has('endpoints')) return undefined;
  const asked = context.connect().then((client) => client.maintenance.status());
  const response = await Promise.race([asked, sleep(PATIENCE_MS)]).catch(() => undefined);
  return response?.version || undefined;
}
