import { VERSION } from '../../base/build.js';
import { isDropIn, type Version } from '../../base/contract.js';
import type { CommandSpec, Run } from '../../commands/command.js';

export const spec = {
  usage: 'version',
  description: "Shows ketcdctl's own version and the newest version of etcd's API that it speaks. No server is asked.",
  examples: ['ketcdctl version'],
  flags: {},
} satisfies CommandSpec;

/** The releases whose behaviour is imitated. */
const RELEASES: Record<Version, string> = {
  '3.4': '3.4.23',
  '3.5': '3.5.33',
  '3.6': '3.6.14',
  '3.7': '3.7.1',
  '3.8': '3.8.0-alpha.0',
};

export const run: Run<typeof spec> = async (context) => {
  const { mode, stdout } = context;
  const version = isDropIn(mode) ? RELEASES[mode.version] : VERSION;
  const apiVersion = isDropIn(mode) ? mode.version : NEWEST_API;
  const text = `${mode.tool} version: ${version}\nAPI version: ${apiVersion}\n`;
  if (isDropIn(mode)) {
    stdout.write(text);
    return;
  }
  const { outputFormat } = await import('../../output/format.js');
  const format = outputFormat(context);
  if (format === 'simple') {
    stdout.write(text);
    return;
  }
  const { RecordPrinter } = await import('../../output/records.js');
  const printer = new RecordPrinter(context, format);
  await printer.print({ name: mode.tool, version, apiVersion }, text);
  await printer.end(true);
};

const NEWEST_API: Version = '3.8';
