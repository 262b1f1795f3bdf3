/**
 * Works on items in their order, several at a time; ends when all are done.
 * @throws what the first `work` that failed threw; those that were begun go on
 */
export async function eachInFlight<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
}
