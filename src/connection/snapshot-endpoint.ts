/** The twin of Transport that answers calls from a snapshot file or a database, without a server. */
import { Failure } from '../errors.js';
import { decodeMessage, encodeMessage } from '../proto/codec.js';
import { EtcdFile } from '../storage/etcd-file.js';
import { queryRange, type RangeQuery } from '../storage/range-query.js';
import { encodeRangeResponse } from '../storage/range-response.js';
import { KeyRange } from '../storage/revision.js';
import type { Callable, CallOptions, Duplex, RawReply, ServerStream, Service } from './callable.js';

const EMPTY = Buffer.alloc(0);

/** The calls of a server that only read, answered from a file; all others are refused. */
export class SnapshotEndpoint implements Callable {
  readonly endpoints: readonly string[];
  readonly callOptionsFactory = undefined;
  private readonly file: EtcdFile;

  /** @param path a snapshot file, a database, or a data directory */
  constructor(path: string) {
    this.file = new EtcdFile(path);
    this.endpoints = [`file:${path}`];
  }

  async resolveEndpoints(): Promise<readonly string[]> {
    return this.endpoints;
  }

  async exec<T>(service: Service, method: string, request: unknown, options?: CallOptions): Promise<T> {
    return this.call(service, method, request as object, options);
  }

  async call<T>(service: Service, method: string, request: object, options?: CallOptions): Promise<T> {
    const { message } = await this.callRaw(service, method, request, options);
    return decodeMessage<never>('RangeResponse', message);
  }

  async callRaw(service: Service, method: string, request: object, _options?: CallOptions): Promise<RawReply> {
    if (`${service}.${method}` !== 'KV.range') throw this.refusal(service, method);
    return { message: this.range(request as RangeRequest), endpoint: this.endpoints[0]! };
  }

  private range(request: RangeRequest): Buffer {
    const answer = queryRange(this.file, queryOf(request));
    return encodeRangeResponse(this.file, answer, this.header(), Boolean(request.keys_only));
  }

  /** A RangeResponse's first field: the revision is all that a file knows of it. */
  private header(): Buffer {
    return encodeMessage('RangeResponse', { header: { revision: this.file.revision.toString() } });
  }

  private refusal(service: Service, method: string): Failure {
    return new Failure(
      `${this.endpoints[0]} is a file: it can't be written, and ${service}.${method} is no call that only reads`,
    );
  }

  serverStream<T>(service: Service, method: string): ServerStream<T> {
    throw this.refusal(service, method);
  }

  serverStreamRaw(service: Service, method: string): ServerStream<Buffer> {
    throw this.refusal(service, method);
  }

  duplex<Request extends object, Response>(service: Service, method: string): Duplex<Request, Response> {
    throw this.refusal(service, method);
  }

  withConnection(): Promise<never> {
    return Promise.reject(new Failure(`${this.endpoints[0]} is a file, without a connection`));
  }

  markFailed(): void {}

  at(_endpoint: string): Callable {
    return this;
  }

  forgetTokens(): void {}

  close(): void {
    this.file.close();
  }
}

type Int = string | number | bigint | undefined;

/** The fields of a RangeRequest, all of which may be absent. */
interface RangeRequest {
  key?: Buffer | string;
  range_end?: Buffer | string;
  limit?: Int;
  revision?: Int;
  sort_order?: number | string;
  sort_target?: number | string;
  keys_only?: boolean;
  count_only?: boolean;
  min_mod_revision?: Int;
  max_mod_revision?: Int;
  min_create_revision?: Int;
  max_create_revision?: Int;
}

function queryOf(request: RangeRequest): RangeQuery {
  const key = toBuffer(request.key);
  if (key.length === 0) throw new Failure('etcdserver: key is not provided');
  return {
    range: new KeyRange(key, toBuffer(request.range_end)),
    revision: BigInt(request.revision ?? 0),
    limit: Number(request.limit ?? 0),
    order: numberOf(request.sort_order, ['None', 'Ascend', 'Descend']),
    target: numberOf(request.sort_target, ['Key', 'Version', 'Create', 'Mod', 'Value']),
    countOnly: Boolean(request.count_only),
    minMod: BigInt(request.min_mod_revision ?? 0),
    maxMod: BigInt(request.max_mod_revision ?? 0),
    minCreate: BigInt(request.min_create_revision ?? 0),
    maxCreate: BigInt(request.max_create_revision ?? 0),
  };
}

function toBuffer(bytes: Buffer | string | undefined): Buffer {
  return bytes === undefined ? EMPTY : Buffer.from(bytes as Buffer);
}

/** Enums come as etcd3's names or as numbers. */
function numberOf(value: number | string | undefined, names: string[]): number {
  const number = typeof value === 'string' ? names.indexOf(value) : (value ?? 0);
  if (number in names) return number;
  throw new Failure('etcdserver: invalid sort option');
}
