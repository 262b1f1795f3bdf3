import { badArguments } from '../../base/errors.js';

/** The one argument of a command about a context. Names stand in file lists and prompts: no blanks, no control characters. */
export function nameArgument(args: readonly string[]): string {
  const [name, more] = args;
  if (name === undefined || more !== undefined) throw badArguments('one name of a context is needed');
  if (!/^[\w.@-]+$/.test(name)) {
    throw badArguments(
      `${JSON.stringify(name)} can't be the name of a context`,
      'letters, digits and . _ - @ make one',
    );
  }
  return name;
}
