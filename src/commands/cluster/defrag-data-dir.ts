import { isDropIn } from '../../base/contract.js';
import { Failure, failureText } from '../../base/errors.js';
import { decimalBytes } from '../../output/size.js';
import { defragDataDir } from '../../storage/bolt/defrag.js';
import type { CommandContext } from '../command.js';

/** `defrag --data-dir`: of a member that is stopped. */
export async function runDefragDataDir(context: CommandContext, dataDir: string): Promise<void> {
  try {
    const { before, after } = await defragDataDir(dataDir);
    if (isDropIn(context.mode)) return;
    await context.stderr.write(`Defragmented ${dataDir}: ${decimalBytes(before)} before, ${decimalBytes(after)} now\n`);
  } catch (error) {
    const { hint } = error as Failure;
    throw new Failure(
      `Failed to defragment etcd data[${dataDir}] (${failureText(error, isDropIn(context.mode))})`,
      hint === undefined ? { cause: error } : { cause: error, hint },
    );
  }
}
