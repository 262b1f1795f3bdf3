/**
 * What every layer agrees on: the mode that a run is in, the global options, the streams, and the context of a run. It stands on
 * nothing, so that whoever needs one of these hangs on nothing else.
 */

/** A minor version of etcd whose tools can be imitated; compared by {@link compareVersions} alone. */
export type Version = '3.4' | '3.5' | '3.6' | '3.7' | '3.8';

/** One of etcd's own tools, and its version. */
export interface EtcdTool {
  tool: 'etcdctl' | 'etcdutl';
  version: Version;
}

/** Own mode, or the tool that is imitated to the byte. */
export type Mode = { tool: 'ketcdctl' } | EtcdTool | { tool: 'auger' | 'augerctl' };

/** Whether the behaviour that came with `version` applies: always in own mode, which follows the newest. */
export function atLeast(mode: Mode, version: Version): boolean {
  return !isDropIn(mode) || compareVersions(mode.version, version) >= 0;
}

/** Below 0 where the first is the older; by their numbers, since as text 3.10 would be older than 3.9. */
export function compareVersions(one: string, other: string): number {
  const [major = 0, minor = 0] = one.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major - otherMajor || minor - otherMinor;
}

/** Whether this is a drop-in for a tool of etcd: raw values, its texts, its exit codes. */
export function isDropIn(mode: Mode): mode is EtcdTool {
  return 'version' in mode;
}

/** The global options after flags, environment and defaults were put together. Times in milliseconds, sizes in bytes. */
export interface GlobalOptions {
  /** As given: `host:port`, `http(s)://…`, `unix:…`, `file:PATH`. */
  endpoints: string[];
  discoverySrv: string;
  discoverySrvName: string;
  insecureDiscovery: boolean;
  dialTimeout: number;
  /** 0: no limit. */
  commandTimeout: number;
  keepaliveTime: number;
  keepaliveTimeout: number;
  insecureTransport: boolean;
  insecureSkipTlsVerify: boolean;
  /** Paths of PEM files, '' when not set. */
  cacert: string;
  cert: string;
  key: string;
  /** What --user had: `name` or `name:password`. `connect()` has asked for a missing password before it opens a client. */
  user: string;
  password: string;
  authJwtToken: string;
  maxRequestBytes: number;
  maxRecvBytes: number;
  /** Not checked yet: `simple fields json table protobuf`, in own mode also `yaml jsonl`. */
  writeOut: string;
  hex: boolean;
  /** How long etcdutl waits for the lock of a database; 0: without an end. */
  lockTimeout: number;
  debug: boolean;
  /** `none` in drop-in mode. */
  decode: 'auto' | 'k8s' | 'none';
  /** Path of an EncryptionConfiguration, '' when not set. */
  encryptionConfig: string;
  /** Reads ask one member alone, without consensus. */
  serializable: boolean;
  /** Where the endpoints and the certificates are from, in words: a flag or variable, a context, a file of this node. */
  origin: { endpoints: string; certificates: string };
  /** The names of the flags that were given, on the command line or by the environment. */
  given: ReadonlySet<keyof GlobalOptions | 'passwordFile'>;
}

/** Told that nobody reads any more, and by which signal a C or Go program ends then: a pipe was closed, or a terminal. */
export type ReaderGone = (signal: 'SIGPIPE' | 'SIGHUP') => void;

/** A stream to write to. */
export interface Output {
  /**
   * Takes a chunk (its bytes are copied); it is written soon, in order, in large pieces. A promise is returned when the reader is behind: whoever writes much
   * awaits it (`const wait = out.write(chunk); if (wait) await wait;`), which is what keeps memory bounded.
   * When the reader has gone away, the process ends as if by SIGPIPE.
   */
  write(chunk: string | Uint8Array): Promise<void> | undefined;
  /** Writes text with colours of our own, where {@link write} keeps others from steering a terminal: see terminal.ts. */
  styled?(text: string): Promise<void> | undefined;
  /** Done in place of that end, by whoever has to clean up first. */
  onReaderGone?: ReaderGone | undefined;
  /** How many bytes were written so far, where that is known. */
  readonly written?: number;
  /** Resolves when everything is written. Done by main at the end; needed before a child process writes to the same place. */
  flush(): Promise<void>;
  readonly isTTY: boolean;
}

/** The process's standard streams. */
export interface Io {
  readonly stdout: Output;
  /** Written at once. */
  readonly stderr: Output;
  /** Not touched (and so not opened) until somebody asks for it. */
  readonly stdin: NodeJS.ReadStream;
  /** The descriptor of the process's own standard input: reading it whole from there takes 3 ms less than opening the stream. */
  readonly stdinFd?: number;
  /** Ctrl-C ends what runs, and the process goes on: in the shell. */
  readonly outlivesInterrupt?: true;
}

/** What a run has around it. */
export interface Context extends Io {
  readonly mode: Mode;
  readonly env: NodeJS.ProcessEnv;
  /**
   * Put together when first asked for, which is when etcdctl reads its environment: so check the arguments before.
   * Throws for a conflict between flag and environment, and in drop-in mode for an unknown output format.
   */
  readonly options: GlobalOptions;
  /** Asks for a password: without echo on a terminal, else one line of standard input. The prompt goes where the mode wants it. */
  askPassword(prompt: string): Promise<string>;
}
