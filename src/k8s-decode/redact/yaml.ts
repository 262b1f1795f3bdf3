/** Objects that are stored as YAML: they are redacted as JSON, and written again in as many bytes. */
import { Failure } from '../../base/errors.js';
import { parseJson, toJson } from '../json/json.js';
import { parseYaml } from '../yaml/read.js';
import { toYaml } from '../yaml/write.js';
import { Draft } from './draft.js';
import { type RedactRules, redactJson } from './object.js';

/** @param draft whose bytes are YAML; what is none goes as a whole */
export function redactYaml(draft: Draft, rules: RedactRules): void {
  const { length } = draft.bytes;
  try {
    const json = Buffer.from(toJson(parseYaml(draft.bytes.toString())[0] ?? null));
    let touched = false;
    const inner = new Draft(
      json,
      (what, bytes) => {
        touched = true;
        draft.tell(what, bytes);
      },
      draft.names,
    );
    redactJson(inner, rules, 0, json.length, 'unreadable value');
    if (!touched) return;
    draft.replace(inLength(toYaml(parseJson(inner.bytes) as never), length));
  } catch (error) {
    if (!(error instanceof Failure || error instanceof RangeError)) throw error;
    draft.fill('unreadable value', 0, length);
  }
}

/**
 * The text in so many bytes: with empty lines behind it, or without some of what was put in.
 * @throws RangeError when there is not enough of that
 */
function inLength(text: string, length: number): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= length) return Buffer.concat([bytes, Buffer.alloc(length - bytes.length, '\n')]);
  const shorter = text.replace('x'.repeat(bytes.length - length + 1), 'x');
  if (Buffer.byteLength(shorter) !== length) throw new RangeError('there is no room');
  return Buffer.from(shorter);
}
