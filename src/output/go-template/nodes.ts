/** What a template is made of. */

/** A word of a command; `text` is how errors show it, `at` where it stands in the source. */
export type Operand = { text: string; at: number } & (
  | { type: 'dot' | 'nil' }
  | { type: 'constant'; value: string | number | bigint | boolean }
  /** Fields of the dot, of a variable, or of what parentheses give. */
  | { type: 'field'; names: string[] }
  | { type: 'variable'; name: string; names: string[] }
  | { type: 'pipeline'; pipeline: Pipeline; names: string[] }
  | { type: 'function'; name: string }
);

/** `$a, $b := command | command`. */
export interface Pipeline {
  variables: string[];
  /** `=` in place of `:=`. */
  assigns: boolean;
  commands: Operand[][];
}

export type Node =
  | { type: 'text'; text: string }
  | { type: 'print'; pipeline: Pipeline }
  | { type: 'if' | 'with' | 'range'; pipeline: Pipeline; body: Node[]; otherwise: Node[] | undefined }
  | { type: 'break' }
  | { type: 'continue' };
