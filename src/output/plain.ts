/** Answers of commands that say one sentence, whatever -w asks for. */
import type { Context } from '../base/contract.js';
import type { MessageName } from '../rpc/messages.js';
import type { Format } from './format.js';

/** Prints the sentence; the two formats that etcdctl does not have give the answer itself. */
export async function printPlain(
  context: Context,
  format: Format,
  answer: { message: MessageName; response: object; text: string },
): Promise<void> {
  if (format !== 'yaml' && format !== 'jsonl') {
    await context.stdout.write(answer.text);
    return;
  }
  const { humaneText } = await import('./humane.js');
  await context.stdout.write(await humaneText(context, format, answer.message, answer.response));
}
