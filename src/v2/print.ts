/** The three output formats of the key commands. */
import { stringJson } from '../base/go/json.js';
import type { KeysAnswer, Node } from './keys-api.js';
import type { Run } from './run.js';

/** Prints an answer as --output says. An unknown format is told on standard error, and is no failure. */
export function printAnswer({ io, settings }: Run, answer: KeysAnswer): void {
  switch (settings.output) {
    case 'simple':
      io.stdout.write(simpleText(answer));
      break;
    case 'extended':
      io.stdout.write(extendedText(answer));
      break;
    case 'json':
      io.stdout.write(`${answerJson(answer)}\n`);
      break;
    default:
      io.stderr.write(`Unsupported output format: ${settings.output}\n`);
  }
}

function simpleText({ action, node, prevNode }: KeysAnswer): string {
  return action === 'delete' ? `PrevNode.Value: ${prevNode?.value ?? ''}\n` : `${node.value}\n`;
}

function extendedText({ action, node, prevNode, index }: KeysAnswer): string {
  const lines = [
    `Key: ${node.key}`,
    `Created-Index: ${node.createdIndex}`,
    `Modified-Index: ${node.modifiedIndex}`,
    ...(prevNode ? [`PrevNode.Value: ${prevNode.value}`] : []),
    `TTL: ${node.ttl}`,
    `Index: ${index}`,
    ...(action === 'delete' ? [] : ['', node.value]),
  ];
  return `${lines.join('\n')}\n`;
}

/** An answer as Go's encoding/json writes the v2 client's structs. */
export function answerJson({ action, node, prevNode }: KeysAnswer): string {
  const prev = prevNode ? nodeJson(prevNode) : 'null';
  return `{"action":${stringJson(action)},"node":${nodeJson(node)},"prevNode":${prev}}`;
}

function nodeJson(node: Node): string {
  const members = [
    `"key":${stringJson(node.key)}`,
    ...(node.dir ? ['"dir":true'] : []),
    `"value":${stringJson(node.value)}`,
    `"nodes":${node.nodes ? `[${node.nodes.map(nodeJson).join(',')}]` : 'null'}`,
    `"createdIndex":${node.createdIndex}`,
    `"modifiedIndex":${node.modifiedIndex}`,
    ...(node.expiration === undefined ? [] : [`"expiration":${stringJson(node.expiration)}`]),
    ...(node.ttl === '0' ? [] : [`"ttl":${node.ttl}`]),
  ];
  return `{${members.join(',')}}`;
}

/** The keys below a directory, one a line, each directory in front of its children; a key that is no directory stands for itself. */
export function listing(node: Node, slashes: boolean): string {
  const lines = node.dir ? [] : [node.key];
  const visit = (child: Node): void => {
    lines.push(child.dir && slashes ? `${child.key}/` : child.key);
    child.nodes?.forEach(visit);
  };
  node.nodes?.forEach(visit);
  return lines.map((line) => `${line}\n`).join('');
}
