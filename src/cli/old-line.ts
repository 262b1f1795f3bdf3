/** Command lines that people have from the old etcdctl, which had one API and other names for its options. */

/** Options before the command that only the old API has. */
const OLD_OPTION = /^--?(?:ca-file|cert-file|key-file|endpoint|peers|C|no-sync|total-timeout|username)(?:=|$)/;
/** Read-only words of v2 that no command of today has: they are taken for v2 without a v2 option beside them, too. */
const OLD_WORD = 'cluster-health';

/** Whether the words are meant for `v2`: options of the old API before one of its commands, or `cluster-health`. */
export async function isOldLine(argv: readonly string[]): Promise<boolean> {
  if (!argv.some((word) => word === OLD_WORD || (word[0] === '-' && OLD_OPTION.test(word)))) return false;
  const { COMMANDS, GLOBAL_FLAGS } = await import('../v2/command-table.js');
  const { parseLeading, UsageError } = await import('../v2/flags.js');
  try {
    const { rest } = parseLeading(GLOBAL_FLAGS, argv);
    const before = argv.slice(0, argv.length - rest.length);
    return (
      COMMANDS.some(({ name }) => name === rest[0]) &&
      (rest[0] === OLD_WORD || before.some((word) => OLD_OPTION.test(word)))
    );
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
