/** Cuts a template of Go's text/template into text and the tokens of its actions. */

import { Failure } from '../../base/errors.js';
import { goUnquote } from '../../base/go/unquote.js';

export type Token =
  | { type: 'text'; text: string; at: number }
  | { type: 'open' | 'close' | 'space' | '|' | '(' | ')' | ',' | ':=' | '=' | 'dot'; text: string; at: number }
  /** `.name`, `$name` and a word; `text` is without the dot. */
  | { type: 'field' | 'variable' | 'word'; text: string; at: number }
  | { type: 'string'; text: string; value: string; at: number }
  | { type: 'number'; text: string; value: number | bigint; at: number };

/** What is wrong with a template, in Go's form; `where` is `line` or `line:column`. */
export function templateFailure(name: string, where: string, reason: string): Failure {
  return new Failure(`template: ${name}:${where}: ${reason}`);
}

/** The line that an offset is in, from 1. */
export function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

/** @throws Failure for what is no template */
export function lex(name: string, source: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < source.length; ) {
    const open = source.indexOf('{{', at);
    const end = open < 0 ? source.length : open;
    const trimsLeft = open >= 0 && /^\{\{- /.test(source.slice(open, open + 4).replace(/[\t\r\n]/g, ' '));
    const text = source.slice(at, end);
    tokens.push({ type: 'text', text: trimsLeft ? text.trimEnd() : text, at });
    if (open < 0) break;
    at = lexAction(name, source, open, trimsLeft ? open + 3 : open + 2, tokens);
  }
  return tokens.filter((token) => token.type !== 'text' || token.text !== '');
}

/** Reads one action; gives where the text behind it begins. */
function lexAction(name: string, source: string, open: number, from: number, tokens: Token[]): number {
  const fail = (at: number, reason: string) => templateFailure(name, String(lineOf(source, at)), reason);
  const comment = /^\s*\/\*([\s\S]*?)\*\/\s*?(?:\s-)?\}\}/.exec(source.slice(from));
  if (comment) return afterAction(source, from + comment[0].length);
  tokens.push({ type: 'open', text: '{{', at: open });
  let at = from;
  for (;;) {
    const rest = source.slice(at, at + 4096);
    const close = /^(?:\s-)?\}\}/.exec(rest);
    if (close) {
      tokens.push({ type: 'close', text: '}}', at });
      return afterAction(source, at + close[0].length);
    }
    if (rest === '' || rest.startsWith('{{')) throw fail(at, 'unclosed action');
    const token = lexToken(source, at, fail);
    tokens.push(token);
    at += token.text.length + (token.type === 'field' ? 1 : 0);
  }
}

/** Where the text begins behind an action that ends before `end`: `-}}` takes the blanks behind it away. */
function afterAction(source: string, end: number): number {
  if (source[end - 3] !== '-') return end;
  return end + /^[ \t\r\n]*/.exec(source.slice(end))![0].length;
}

const NUMBER =
  /^[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)/;
const STRING = /^(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)/;

function lexToken(source: string, at: number, fail: (at: number, reason: string) => Failure): Token {
  const rest = source.slice(at);
  const space = /^\s+/.exec(rest)?.[0];
  // The blank of ` -}}` belongs to it.
  if (space)
    return {
      type: 'space',
      text: /^\s-\}\}/.test(rest.slice(space.length - 1)) ? space.slice(0, -1) || space : space,
      at,
    };
  const quoted = STRING.exec(rest)?.[0];
  if (quoted) return quotedToken(quoted, at, fail);
  if (/^["'`]/.test(rest)) throw fail(at, 'unterminated quoted string');
  const number = NUMBER.exec(rest)?.[0];
  if (number && !/^[\p{L}\p{N}_]/u.test(rest.slice(number.length))) {
    return { type: 'number', text: number, value: numberOf(number), at };
  }
  if (number) throw fail(at, `bad number syntax: ${JSON.stringify(/^[^\s)}|]*/.exec(rest)![0])}`);
  const name = /^[.$]?[\p{L}_][\p{L}\p{N}_]*|^\$/u.exec(rest)?.[0];
  if (name?.startsWith('.')) return { type: 'field', text: name.slice(1), at };
  if (name?.startsWith('$')) return { type: 'variable', text: name, at };
  if (name) return { type: 'word', text: name, at };
  if (rest.startsWith(':=')) return { type: ':=', text: ':=', at };
  const char = rest[0]!;
  if (char === '.') return { type: 'dot', text: '.', at };
  if (char === '|' || char === '(' || char === ')' || char === ',' || char === '=')
    return { type: char, text: char, at };
  const code = char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  throw fail(at, `bad character U+${code} '${char}'`);
}

function quotedToken(text: string, at: number, fail: (at: number, reason: string) => Failure): Token {
  if (text.startsWith('`')) return { type: 'string', text, value: text.slice(1, -1), at };
  const inChar = () => `"${text.slice(1, -1).replaceAll("\\'", "'").replaceAll(/^"$/g, '\\"')}"`;
  const value = goUnquote(text.startsWith("'") ? inChar() : text);
  if (value === undefined) throw fail(at, `invalid syntax: ${text}`);
  if (text.startsWith('"')) return { type: 'string', text, value, at };
  if ([...value].length !== 1) throw fail(at, `malformed character constant: ${text}`);
  return { type: 'number', text, value: value.codePointAt(0)!, at };
}

function numberOf(text: string): number | bigint {
  const plain = text.replaceAll('_', '').replace(/^\+/, '');
  const isWhole = /^-?\d+$/.test(plain) || /^-?0[xXbBoO]/.test(plain);
  if (!isWhole) return Number(plain);
  const negative = plain.startsWith('-');
  const whole = BigInt(negative ? plain.slice(1) : plain);
  const value = negative ? -whole : whole;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
