/** Prints an answer that comes in parts (the pages of a range, the responses of a watch) in one format. */
export interface Printer<Part> {
  /**
   * The next part; nothing of it is kept when the next one is printed. Resolves (if it gives a promise) when the reader of standard
   * output has room again.
   * @throws Failure for a format that the command does not have, where etcdctl too refuses it only when there is something to print.
   */
  print(part: Part): Promise<void> | undefined;
  /** What follows the last part, or ends a line that is still open. */
  end?(): Promise<void> | undefined;
}
