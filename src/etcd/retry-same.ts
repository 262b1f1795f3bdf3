/**
 * Sends a write again when nobody knows whether it was done. Only for writes that come to the same when they are done twice.
 * @throws what `send` throws for any other reason, or when it happens once more.
 */
export async function sendTwice<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error as { outcomeUnknown?: boolean }).outcomeUnknown) throw error;
    return send();
  }
}
