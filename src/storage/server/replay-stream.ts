import { Failure } from '../../base/errors.js';
import type { Duplex } from '../../rpc/callable.js';
import type { EtcdFile } from '../mvcc/etcd-file.js';
import { bytesOf, type Enum, enumOf, type RangeRequest, requestedRange } from './range-request.js';
import { type ReplayEvent, replay } from './replay.js';

/** Events of one answer. */
const BATCH = 1000;

interface CreateRequest extends RangeRequest {
  start_revision?: string | number;
  prev_kv?: boolean;
  filters?: Enum[];
}

/** A stream of Watch on a file: it answers the first request with what happened since its revision, and then ends. */
export class ReplayStream implements Duplex<{ create_request?: CreateRequest }, object> {
  private request: ((request: CreateRequest) => void) | undefined;
  private readonly created: Promise<CreateRequest>;
  private cancelled = false;

  constructor(
    private readonly file: EtcdFile,
    readonly endpoint: string,
    /** Resolves when the file is known to be sound. */
    private readonly checked: Promise<unknown>,
  ) {
    this.created = new Promise((resolve) => {
      this.request = resolve;
    });
  }

  async send({ create_request }: { create_request?: CreateRequest }): Promise<void> {
    if (create_request) this.request?.(create_request);
  }

  end(): void {}

  cancel(): void {
    this.cancelled = true;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<object> {
    const request = await this.created;
    await this.checked;
    const from = BigInt(request.start_revision ?? 0);
    if (from <= 0n) {
      throw new Failure(`${this.endpoint} is a file: nothing changes in it any more`, {
        hint: `--rev N replays what happened from revision N on; the oldest that is complete is ${this.oldest()}`,
      });
    }
    yield this.answer({ created: true });
    if (from < this.file.compacted) {
      const cancel_reason = 'etcdserver: mvcc: required revision has been compacted';
      yield this.answer({ canceled: true, compact_revision: String(this.file.compacted), cancel_reason });
      return;
    }
    yield* this.batches(request, from);
  }

  private *batches(request: CreateRequest, from: bigint): Generator<object> {
    const hidden = new Set((request.filters ?? []).map((filter) => enumOf(filter, ['Noput', 'Nodelete'])));
    let events: ReplayEvent[] = [];
    for (const event of replay(
      this.file,
      requestedRange({ ...request, key: bytesOf(request.key) }),
      from,
      Boolean(request.prev_kv),
    )) {
      if (this.cancelled) return;
      if (hidden.has(event.type)) continue;
      events.push(event);
      if (events.length < BATCH) continue;
      yield this.answer({ events });
      events = [];
    }
    if (events.length > 0) yield this.answer({ events });
  }

  private oldest(): bigint {
    return this.file.compacted > 1n ? this.file.compacted : 1n;
  }

  /** A WatchResponse. */
  private answer(fields: object): object {
    const header = { cluster_id: '0', member_id: '0', revision: String(this.file.revision), raft_term: '0' };
    const none = {
      created: false,
      canceled: false,
      compact_revision: '0',
      cancel_reason: '',
      fragment: false,
      events: [],
    };
    return { header, watch_id: '0', ...none, ...fields };
  }
}
