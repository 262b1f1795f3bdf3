/**
 * What every layer agrees on: the mode that a run is in, flags and global options, the streams, and the context of a run. It stands
 * on nothing, so that whoever needs one of these hangs on nothing else.
 */

/** A minor version of etcd whose tools can be imitated; they compare as strings. */
export type Version = '3.4' | '3.5' | '3.6' | '3.7' | '3.8';

/** Own mode, or the tool (and its version) that is imitated to the byte. */
export type Mode = { tool: 'ketcdctl' } | { tool: 'etcdctl' | 'etcdutl'; version: Version };

/** Whether the behaviour that came with `version` applies: always in own mode, which follows the newest. */
export function atLeast(mode: Mode, version: Version): boolean {
  return mode.tool === 'ketcdctl' || mode.version >= version;
}

/** Whether this is a drop-in for another tool: raw values, its texts, its exit codes. */
export function isDropIn(mode: Mode): mode is Exclude<Mode, { tool: 'ketcdctl' }> {
  return mode.tool !== 'ketcdctl';
}

/**
 * What values a flag takes, and what {@link FlagValues} gives for it:
 * `bool` (only with `=`, as Go: `--prefix=false`), `string`, `int` and `uint` (64 bits: bigint),
 * `duration` (Go's `1m30s`: milliseconds), `strings` (each a comma list, repeated: they append).
 */
export type FlagType = 'bool' | 'string' | 'int' | 'uint' | 'duration' | 'strings';

export interface Flag {
  /** Long name without dashes. */
  name: string;
  /** One letter. */
  short?: string;
  type: FlagType;
  /** As it would be typed (`'5s'`, `'true'`); without one: false, '', 0, no strings. */
  default?: string;
  /** One line for the help text: begins with a lower-case verb or noun, no full stop. */
  help: string;
  /** What stands for the value in help (`FILE`); without one, the type's name. */
  value?: string;
  /** First and last version of etcdctl that knows it: in drop-in mode it is unknown elsewhere. */
  since?: Version;
  until?: Version;
  /** The same for etcdutl, where that differs: `3.6-`, `3.5-3.5`, or '' when etcdutl does not have it. */
  etcdutl?: string;
  /** Not a flag of etcdctl or etcdutl: unknown in drop-in mode. */
  own?: true;
  /** Can also be set by `ETCDCTL_NAME`: global flags, and a group's such as `endpoint --cluster`. */
  env?: true;
  /** Offered by completion; a command checks them itself (etcdctl's texts and codes differ by flag). */
  choices?: readonly string[];
  /** Other things that completion can offer for its value. */
  complete?: 'file' | 'directory' | 'key';
  /** Without it the command is refused before it runs. */
  required?: true;
  hidden?: true;
}

/**
 * The command's own flags and its group's, by long name. A flag of the spec that this mode does not have has its default; one that
 * nobody declares has its type's zero value. Asking for one as another type is a bug and throws.
 */
export interface FlagValues {
  bool(name: string): boolean;
  string(name: string): string;
  /** `int` and `uint`. */
  int(name: string): bigint;
  /** Milliseconds. */
  duration(name: string): number;
  strings(name: string): string[];
  /** Whether it was given: on the command line, or by the environment for a flag with `env`. */
  given(name: string): boolean;
  /** How many of the arguments stood before a `--`; undefined where there was none. */
  readonly dashAt: number | undefined;
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
  debug: boolean;
  /** `none` in drop-in mode. */
  decode: 'auto' | 'k8s' | 'none';
  /** Path of an EncryptionConfiguration, '' when not set. */
  encryptionConfig: string;
  /** Long names of the global flags that were given, on the command line or by the environment. */
  given: ReadonlySet<string>;
}

/** A stream to write to. */
export interface Output {
  /**
   * Takes a chunk (its bytes are copied); it is written soon, in order, in large pieces. A promise is returned when the reader is behind: whoever writes much
   * awaits it (`const wait = out.write(chunk); if (wait) await wait;`), which is what keeps memory bounded.
   * When the reader has gone away, the process ends as if by SIGPIPE.
   */
  write(chunk: string | Uint8Array): Promise<void> | undefined;
  /** Done in place of that end, by whoever has to clean up first. */
  onReaderGone?: (() => void) | undefined;
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
  /** Its descriptor, where it is the process's own: to read all of it from there costs 3 ms less than to open the stream. */
  readonly stdinFd?: number;
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
