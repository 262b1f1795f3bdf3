/** Flags as commander's options: what it parses their values with, what they may be, their defaults and variables. */
import { Option } from 'commander';
import { type Flag, type FlagValue, flagKey } from './declare.js';
import { defaultOf, parseFlag, variableOf } from './value.js';

/** A declared flag. Of its letters commander sees none: those are written out before it reads the command line. */
export class FlagOption extends Option {
  readonly flag: Flag;

  constructor(flag: Flag) {
    super(`--${flag.name} ${flag.type === 'bool' ? '[true|false]' : `<${flag.value ?? flag.type}>`}`, flag.help);
    this.flag = flag;
    // To commander `--no-x` is the opposite of `--x`; to pflag it is a name like any other.
    this.negate = false;
    this.hidden = flag.hidden ?? false;
    this.default(defaultOf(flag), flag.default);
    this.argParser((text: string, before: FlagValue) =>
      parseFlag(flag, text, before === this.defaultValue ? undefined : before),
    );
    if (flag.choices !== undefined) this.argChoices = [...flag.choices];
    if (flag.env) this.env(variableOf(flag));
  }

  override attributeName(): string {
    return flagKey(this.flag.name);
  }
}
