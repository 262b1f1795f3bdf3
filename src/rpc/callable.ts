/** etcd3's names of the services, and those that it lacks. The methods are the .proto's in camelCase. */
export type Service = 'KV' | 'Watch' | 'Lease' | 'Cluster' | 'Maintenance' | 'Auth' | 'Lock' | 'Election' | 'Health';

/** What a caller may say about one call. */
export interface CallOptions {
  /** Milliseconds for this call, retries included; `null`: no limit. Default: the transport's commandTimeout, none for streams. */
  timeoutMs?: number | null | undefined;
  /** The moment at which the call ends; where it is given, `timeoutMs` does not count. */
  deadline?: Date | number | undefined;
  signal?: AbortSignal | undefined;
  /** Of a stream: milliseconds that its reader waits for what comes next. */
  patienceMs?: number | undefined;
  /** Has the server end the stream when it has lost its leader (`hasleader` metadata): for watches. */
  requireLeader?: boolean | undefined;
  /** Of a stream that is not decoded: each part of a message as it comes, however it is cut, in place of whole messages. */
  inPieces?: boolean | undefined;
}

/** An answer that was not decoded. */
export interface RawReply {
  /** One protobuf message. It shares memory with what was received, and nothing else is done with that. */
  message: Buffer;
  /** Who answered, as the user named it. */
  endpoint: string;
}

/** The answers of a streaming call, in order. Leaving the loop early cancels the call; it can be iterated once. */
export interface ServerStream<T> extends AsyncIterable<T> {
  /** Who answers, as the user named it; undefined until the call has a connection. */
  readonly endpoint: string | undefined;
  cancel(): void;
}

/** Both directions. What is sent before the connection is there waits for it. */
export interface Duplex<Request, Response> extends ServerStream<Response> {
  /** Resolves when the message was handed to the connection and there is room for more. Never rejects: errors end the iteration. */
  send(request: Request): Promise<void>;
  /** No more requests follow; answers still may. */
  end(): void;
}

/** What keys of one name take: bytes of keys and values as they are stored. */
export interface HistoryUsage {
  name: string;
  /** Keys that exist, and the bytes of their newest records. */
  keys: number;
  liveBytes: number;
  /** Superseded records and deletions: what a compaction would free. */
  deadRecords: number;
  deadBytes: number;
}

/**
 * What the etcd layer talks to: a {@link Transport} to servers, or a snapshot file that answers as one.
 * Requests and answers are plain objects with the field names of the .proto files (see codec.ts). Every method fails with an RpcError.
 */
export interface Callable {
  /** The endpoints as the user named them; those of SRV discovery are known after {@link resolveEndpoints}. */
  readonly endpoints: readonly string[];
  /** A file: a watch of it ends when all that happened was told. */
  readonly isFile?: true;
  /** Of a file alone, which has the whole history: what the keys take by the names that `nameOf` gives them, the largest first. */
  historyUsage?(nameOf: (key: string) => string): Promise<HistoryUsage[]>;
  /** The longest answer that is taken, in bytes; undefined or 0: any. */
  readonly maxRecvBytes?: number | undefined;
  /** The endpoints, after DNS discovery where that was asked for. */
  resolveEndpoints(): Promise<readonly string[]>;
  /** Connects and logs in, unless that is done: for those who count how long a call takes. */
  connect(options?: CallOptions): Promise<void>;
  /** A unary call. Reads may be sent again on another endpoint, writes never unless they surely were not sent. */
  call<Response>(service: Service, method: string, request: object, options?: CallOptions): Promise<Response>;
  /** As `call`, without decoding the answer. */
  callRaw(service: Service, method: string, request: object, options?: CallOptions): Promise<RawReply>;
  /**
   * As `callRaw` of a call that only reads, its one answer in pieces as they arrive: for answers of any size in bounded memory.
   * The command timeout is then how long a piece may be waited for, or for etcdctl all of them; a reader that is slow does not use it up.
   */
  pieces(service: Service, method: string, request: object): ServerStream<Buffer>;
  serverStream<T>(service: Service, method: string, request: object, options?: CallOptions): ServerStream<T>;
  /** Like `serverStream`, with the bytes of each answer: for snapshots, which are neither decoded nor kept. */
  serverStreamRaw(service: Service, method: string, request: object, options?: CallOptions): ServerStream<Buffer>;
  duplex<Request extends object, Response>(
    service: Service,
    method: string,
    options?: CallOptions,
  ): Duplex<Request, Response>;
  /** A view of one member: its calls go nowhere else. `endpoint` need not be one of `endpoints` (`--cluster`). */
  at(endpoint: string): Callable;
  /** Forgets the tokens, so that the next call logs in again: for a watch whose answer says that its token is not valid. */
  forgetTokens(): void;
  /** Ends all calls and connections. Not needed for the process to end: an idle connection does not keep it alive. */
  close(): void;
}
