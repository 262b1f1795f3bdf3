/** Reads a generated.proto: the second witness of what is on the wire. */
import { readFileSync } from 'node:fs';

/** A field as the .proto file has it. */
export interface ProtoField {
  repeated: boolean;
  /** A scalar (`int64`), a message's name (`.k8s.io.api.core.v1.Pod` or `Pod`), or `map<string, …>`. */
  type: string;
}

/** Messages by name, their fields by number. */
export type ProtoFile = Map<string, Map<number, ProtoField>>;

export function readProtoFile(path: string): ProtoFile {
  const messages: ProtoFile = new Map();
  let fields = new Map<number, ProtoField>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const message = /^message (\w+) \{/.exec(line);
    if (message) {
      fields = new Map();
      messages.set(message[1]!, fields);
    }
    const field = /^ {2}(?:(optional|repeated|required) )?(map<.*>|[\w.]+) \w+ = (\d+)/.exec(line);
    if (field) fields.set(Number(field[3]), { repeated: field[1] === 'repeated', type: field[2]! });
  }
  return messages;
}
