/** The twin of Transport that answers calls from a snapshot file or a database, without a server. */
import { Failure } from '../../base/errors.js';
import type { Callable, Duplex, HistoryUsage, RawReply, ServerStream, Service } from '../../rpc/callable.js';
import { completeMessage, encodeMessage } from '../../rpc/codec.js';
import { RpcError } from '../../rpc/error.js';
import { methodOf } from '../../rpc/messages.js';
import { Code } from '../../rpc/status.js';
import { hintForStatus } from '../../rpc/status-hints.js';
import { EtcdFile, RevisionGone } from '../mvcc/etcd-file.js';
import { historyHash } from '../mvcc/hash.js';
import { statsBy } from '../mvcc/stats.js';
import { plainFile } from '../snapshot/compressed.js';
import { checkHash } from '../snapshot/hash-check.js';
import * as facts from './facts.js';
import { queryRange } from './range-query.js';
import { BadRequest, type Int, type RangeRequest, rangeQuery } from './range-request.js';
import { rangeResponse, rangeResponsePieces } from './range-response.js';
import { ReplayStream } from './replay-stream.js';
import { answerTxn, type TxnRequest, writes } from './txn.js';

/** The calls of a server that only read, answered from a file; all others are refused. */
export class SnapshotEndpoint implements Callable {
  readonly endpoints: readonly string[];
  /** What the file holds is all there is: a watch over it ends after the last event. */
  readonly isFile = true;
  readonly file: EtcdFile;
  private readonly header: Record<string, string>;

  /** The check of the file's hash, which goes on while the file is read. Nothing is answered before it is done. */
  readonly checked: Promise<unknown>;

  /** @param path a snapshot file (which may be compressed), a database, or a data directory */
  static async open(path: string): Promise<SnapshotEndpoint> {
    return new SnapshotEndpoint(await plainFile(path), path);
  }

  private constructor(path: string, name: string) {
    this.file = new EtcdFile(path, path === name ? undefined : name);
    this.checked = checkHash(this.file.db.file.location, name);
    // Whoever asks for something is told.
    this.checked.catch(() => {});
    this.endpoints = [`file:${name}`];
    const { memberId, clusterId } = this.file.owner ?? { memberId: 0n, clusterId: 0n };
    this.header = {
      cluster_id: String(clusterId),
      member_id: String(memberId),
      revision: String(this.file.revision),
      raft_term: facts.raftTerm(this.file),
    };
  }

  async resolveEndpoints(): Promise<readonly string[]> {
    return this.endpoints;
  }

  exec<T>(service: Service, method: string, request: unknown): Promise<T> {
    return this.call(service, method, request as object);
  }

  async call<T>(service: Service, method: string, request: object): Promise<T> {
    const response = await this.respond(service, method, request);
    return completeMessage<T>(methodOf(service, method).response, response);
  }

  async callRaw(service: Service, method: string, request: object): Promise<RawReply> {
    const pieces: Buffer[] = [];
    for await (const piece of this.pieces(service, method, request)) pieces.push(piece);
    return { message: Buffer.concat(pieces), endpoint: this.endpoints[0]! };
  }

  /** The message, but for zero values. */
  private async respond(service: Service, method: string, request: object): Promise<object> {
    try {
      const response = this.responseTo(`${service}.${method}`, request);
      await this.checked;
      if (!response) throw this.refusal(service, method);
      return { header: this.header, ...response };
    } catch (error) {
      throw this.inEtcdsWords(error);
    }
  }

  pieces(service: Service, method: string, request: object): ServerStream<Buffer> {
    const [endpoint] = this.endpoints;
    const answer = isRange(service, method)
      ? () => this.rangePieces(request)
      : () => this.onePiece(service, method, request);
    return { endpoint: endpoint!, cancel: () => {}, [Symbol.asyncIterator]: answer };
  }

  private async *onePiece(service: Service, method: string, request: object): AsyncGenerator<Buffer> {
    yield encodeMessage(methodOf(service, method).response, await this.respond(service, method, request));
  }

  private async *rangePieces(request: RangeRequest): AsyncGenerator<Buffer> {
    try {
      const pieces = this.range(request);
      await this.checked;
      yield* pieces;
    } catch (error) {
      throw this.inEtcdsWords(error);
    }
  }

  /** Undefined for a call that is none of a file. */
  private responseTo(call: string, request: object): object | undefined {
    const { file } = this;
    switch (call) {
      case 'KV.range':
        return rangeResponse(file, queryRange(file, rangeQuery(request)), Boolean((request as RangeRequest).keys_only));
      case 'KV.txn':
        return writes(request as TxnRequest) ? undefined : answerTxn(file, request as TxnRequest);
      case 'Maintenance.status':
        return facts.status(file);
      case 'Maintenance.hashKV':
        return this.hashKV(BigInt((request as { revision?: Int }).revision ?? 0));
      case 'Maintenance.alarm':
        return isGet(request) ? facts.alarms(file) : undefined;
      case 'Cluster.memberList':
        return facts.members(file);
      case 'Lease.leaseLeases':
        return facts.leases(file);
      case 'Lease.leaseTimeToLive':
        return facts.timeToLive(file, request);
      default:
        return call.startsWith('Auth.') ? this.authResponse(call, request) : undefined;
    }
  }

  private authResponse(call: string, request: { name?: string; role?: string }): object | undefined {
    const { file } = this;
    switch (call) {
      case 'Auth.authStatus':
        return facts.authStatus(file);
      case 'Auth.userList':
        return facts.users(file);
      case 'Auth.userGet':
        return facts.user(file, request.name ?? '') ?? notFound('user name not found');
      case 'Auth.roleList':
        return facts.roles(file);
      case 'Auth.roleGet':
        return facts.role(file, request.role ?? '') ?? notFound('role name not found');
      default:
        return undefined;
    }
  }

  private range(request: RangeRequest): Generator<Buffer> {
    const answer = queryRange(this.file, rangeQuery(request));
    const header = encodeMessage('RangeResponse', { header: this.header });
    return rangeResponsePieces(this.file, answer, header, Boolean(request.keys_only));
  }

  private hashKV(wanted: bigint): object {
    const { hash, revision, compacted } = historyHash(this.file, wanted);
    return { hash, compact_revision: String(compacted), hash_revision: String(revision) };
  }

  private refusal(service: Service, method: string): Failure {
    return new Failure(
      `${this.endpoints[0]} is a file, which can't be written: there is no ${service}.${method} on it`,
      {
        hint: 'commands that only read work on a file; `snapshot restore` makes a member of it',
      },
    );
  }

  /** What a server would have answered with an error. */
  private inEtcdsWords(error: unknown): unknown {
    if (!(error instanceof RevisionGone) && !(error instanceof BadRequest)) return error;
    const details = `etcdserver: ${error.message}`;
    const code = error instanceof RevisionGone ? Code.OutOfRange : Code.InvalidArgument;
    const hint = hintForStatus(code, details);
    const message = `${this.endpoints[0]}: ${details}`;
    return new RpcError(message, { code, details, endpoint: this.endpoints[0], tried: [], etcdText: details, hint });
  }

  async historyUsage(nameOf: (key: string) => string): Promise<HistoryUsage[]> {
    const stats = statsBy(this.file, (bytes, start, end) => nameOf(bytes.toString('utf8', start, end)));
    await this.checked;
    return stats.map(({ prefix, ...usage }) => ({ name: prefix, ...usage }));
  }

  serverStream<T>(service: Service, method: string): ServerStream<T> {
    throw this.refusal(service, method);
  }

  serverStreamRaw(service: Service, method: string): ServerStream<Buffer> {
    throw this.refusal(service, method);
  }

  duplex<Request extends object, Response>(service: Service, method: string): Duplex<Request, Response> {
    if (service !== 'Watch') throw this.refusal(service, method);
    return new ReplayStream(this.file, this.endpoints[0]!, this.checked) as unknown as Duplex<Request, Response>;
  }

  async connect(): Promise<void> {}

  /** @throws Failure for a member that the file tells of: it is not there to be asked */
  at(endpoint: string): Callable {
    if (this.endpoints.includes(endpoint)) return this;
    throw new Failure(`${this.endpoints[0]} is a file, and no way to the member at ${endpoint}`, {
      hint: 'leave out --cluster, or name the members with --endpoints',
    });
  }

  forgetTokens(): void {}

  close(): void {
    this.file.close();
  }
}

function isRange(service: Service, method: string): boolean {
  return service === 'KV' && method === 'range';
}

/** AlarmRequest.GET, by etcd3's name or by number. */
function isGet({ action }: { action?: string | number }): boolean {
  return action === undefined || action === 0 || action === 'Get';
}

function notFound(text: string): never {
  throw new BadRequest(text);
}
