/** Events as what they changed. */

import type { KeyRevision } from '../../etcd/key-history.js';
import type { WatchEvent, WatchResponse } from '../../etcd/watch.js';
import type { Printer } from '../../output/printer.js';
import { EventType } from '../../rpc/names.js';
import type { CommandContext } from '../command.js';
import type { ChangesFormat } from '../keys/changes-format.js';
import type { RevisionPair } from '../keys/history-order.js';
import { HistoryPrinter } from '../keys/history-print.js';

/** Printers of `watch --diff`, as `history` shows revisions: they need what was there before (prev_kv). */
export function diffPrinters(context: CommandContext, format: ChangesFormat): () => Printer<WatchResponse> {
  // A JSON list would have no end.
  const printer = new HistoryPrinter(context, format === 'json' ? 'jsonl' : format, {
    summary: false,
    managedFields: false,
    keys: true,
  });
  // Several watches print through it, one event after the other.
  let turn = Promise.resolve();
  return () => ({
    print({ events }) {
      turn = turn.then(async () => {
        for (const event of events) await printer.print(pairOf(event));
      });
      return turn;
    },
  });
}

/** An event as the two revisions that it lies between. */
function pairOf({ type, kv, prev_kv }: WatchEvent): RevisionPair {
  const current: KeyRevision = {
    type: type === EventType.Put ? 'put' : 'delete',
    revision: BigInt(kv.mod_revision),
    kv,
  };
  const previous = prev_kv
    ? ({ type: 'put', revision: BigInt(prev_kv.mod_revision), kv: prev_kv } as const)
    : undefined;
  return { current, previous };
}
