/**
 * Texts with JSONPath in braces, as kubectl's `-o jsonpath` has them: `{.items[*].metadata.name}`, literals `{"\n"}`, and
 * `{range .items[*]}…{end}`, inside which paths begin at the item. What is not in braces stands for itself.
 */
import { Failure } from '../base/errors.js';
import type { Value } from '../k8s-decode/value.js';
import { asText } from './tables/custom-columns.js';
import { compileJsonPath, type JsonPath } from './tables/json-path.js';

type Node = string | { path: JsonPath; fromRoot: boolean; body?: Node[] };

/**
 * What a template makes of a value.
 * @throws Failure for a template that cannot be read
 */
export function jsonPathTemplate(template: string): (root: Value) => string {
  const nodes = parse(template);
  return (root) => render(nodes, root, root);
}

/** Literal text, or what stands in braces: quotes may hold braces. */
const PIECE = /([^{]+)|\{((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^}"'])*)\}/suy;

function parse(template: string): Node[] {
  const open: Node[][] = [[]];
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < template.length) {
    const at = PIECE.lastIndex;
    const match = PIECE.exec(template);
    if (!match) throw new Failure(`error parsing jsonpath ${template}: the brace at ${at} has no end`);
    const [, text, inside = ''] = match;
    const node = text ?? nodeOf(inside.trim(), template);
    if (node === 'end') {
      if (open.length === 1) throw new Failure(`error parsing jsonpath ${template}: {end} without {range}`);
      open.pop();
    } else {
      const inner = text === undefined ? (node as Exclude<Node, string>) : text;
      open.at(-1)!.push(inner);
      if (typeof inner !== 'string' && inner.body) open.push(inner.body);
    }
  }
  if (open.length > 1) throw new Failure(`error parsing jsonpath ${template}: {range} without {end}`);
  return open[0]!;
}

function nodeOf(inside: string, template: string): 'end' | Exclude<Node, string> {
  if (inside === 'end') return 'end';
  const range = /^range\s+(.*)$/su.exec(inside);
  const written = range ? range[1]! : inside;
  const path = compileJsonPath(written);
  if (!path) throw new Failure(`error parsing jsonpath ${template}: cannot read {${inside}}`);
  return { path, fromRoot: written.startsWith('$'), ...(range && { body: [] }) };
}

function render(nodes: readonly Node[], here: Value, root: Value): string {
  return nodes
    .map((node) => {
      if (typeof node === 'string') return node;
      const { path, fromRoot, body } = node;
      const found = path(fromRoot ? root : here);
      return body ? found.map((item) => render(body, item, root)).join('') : found.map(asText).join(' ');
    })
    .join('');
}

/**
 * A path as `--sort-by` and columns have it: `.metadata.name`, also in braces or without its first dot.
 * @throws Failure for one that cannot be read
 */
export function relaxedPath(path: string): JsonPath {
  const [, braced, bare] = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/su.exec(path) ?? [];
  const compiled = compileJsonPath(`.${braced ?? bare ?? '['}`);
  if (compiled) return compiled;
  throw new Failure(
    `unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}': ${path}`,
  );
}
