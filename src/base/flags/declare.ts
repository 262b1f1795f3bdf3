/**
 * A command's flags, declared once: an object with a line for each, by its name in camel case, from which come the words that the
 * command line takes, the help, the completion, the tables of the docs, and the types of the values that the command gets.
 *
 *     flags: { prefix: bool('get all keys that begin with the key'), limit: int('largest number of results', { default: '0' }) }
 *
 * declares `--prefix` and `--limit`, and the command reads `flags.prefix` (a boolean) and `flags.limit` (a bigint).
 */
import type { Version } from '../contract.js';

/** What the command gets for each type of flag. */
export interface FlagTypes {
  /** Only with `=`, as Go has it: `--prefix=false`. */
  bool: boolean;
  string: string;
  /** 64 bits, with a sign. */
  int: bigint;
  /** 64 bits. */
  uint: bigint;
  /** Go's `1m30s`, as milliseconds. */
  duration: number;
  /** Each a comma list; repeated, they append. */
  strings: string[];
}

export type FlagType = keyof FlagTypes;
export type FlagValue = FlagTypes[FlagType];

/**
 * What completion offers for a value or an argument. `object`: `TYPE/NAME`, or a type and then names; `endpoint`: `file:PATH`, and the
 * endpoints of contexts.
 */
export type Completed =
  | 'file'
  | 'directory'
  | 'key'
  | 'kind'
  | 'object'
  | 'namespace'
  | 'member'
  | 'context'
  | 'endpoint';

/** What a declaration says beside type and help. */
export interface FlagDetails {
  /** One letter. */
  short?: string;
  /** As it would be typed (`'5s'`, `'true'`); without one: false, '', 0, no strings. */
  default?: string;
  /** What it means when it is given alone; a value then only comes behind `=`. */
  bare?: string;
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
  /** What completion offers for the flag's value. */
  complete?: Completed;
  /** Without it the command is refused before it runs. */
  required?: true;
  hidden?: true;
}

/** A flag as it is declared, under its name. */
export interface FlagDeclaration<Type extends FlagType = FlagType> extends FlagDetails {
  type: Type;
  /** One line for the help text: begins with a lower-case verb or noun, no full stop. */
  help: string;
}

/** Flags by their names in camel case: `fromKey` is `--from-key`. */
export type FlagDeclarations = Readonly<Record<string, FlagDeclaration>>;

/** What a command reads its flags from. One that this mode of the tool does not have has its default. */
export type FlagsOf<Declarations> = {
  readonly [Name in keyof Declarations]: Declarations[Name] extends FlagDeclaration<infer Type>
    ? FlagTypes[Type]
    : never;
} & Given<keyof Declarations>;

/** What is known of flags beside their values. */
export interface Given<Name> {
  /** Whether it was given: on the command line, or by the environment for a flag with `env`. */
  readonly given: (name: Name) => boolean;
  /** How many of the arguments stood before a `--`; undefined where there was none. */
  readonly dashAt: number | undefined;
}

/** A declaration with its name, as the command line knows it. */
export interface Flag extends FlagDeclaration {
  /** Long name without dashes. */
  name: string;
}

/** The declarations with their long names, in their order. */
export function flagList(declarations: FlagDeclarations): Flag[] {
  return Object.entries(declarations).map(([key, declaration]) => ({ name: longName(key), ...declaration }));
}

/** `from-key` of `fromKey`. */
export function longName(key: string): string {
  let name = '';
  for (const letter of key) name += letter >= 'A' && letter <= 'Z' ? `-${letter.toLowerCase()}` : letter;
  return name;
}

/** `fromKey` of `from-key`. */
export function flagKey(name: string): string {
  return name.includes('-') ? name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) : name;
}

function declare<Type extends FlagType>(type: Type) {
  return (help: string, details: FlagDetails = {}): FlagDeclaration<Type> => ({ type, help, ...details });
}

export const bool = declare('bool');
export const string = declare('string');
export const int = declare('int');
export const uint = declare('uint');
export const duration = declare('duration');
export const strings = declare('strings');
