/** The -o of `k8s get`: layouts, and templates with what they are given. */
import { readFileSync } from 'node:fs';
import { ExitCode, Failure } from '../../base/errors.js';
import { formatNotSupported } from '../../output/format.js';
import type { CommandContext } from '../command.js';

/** Layouts that take nothing. */
export const LAYOUTS = ['table', 'wide', 'yaml', 'json', 'jsonl', 'name'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Formats that stand with a template: `jsonpath={.items[*].metadata.name}`; with `-file` it stands in a file. */
const TEMPLATES = ['jsonpath', 'custom-columns', 'go-template'] as const;

export interface GetFormat {
  layout: Layout | (typeof TEMPLATES)[number];
  /** Empty for a layout that takes none. */
  template: string;
}

/** What help and completion show. */
export const FORMATS = [...LAYOUTS, ...TEMPLATES.flatMap((name) => [`${name}=`, `${name}-file=`])];

/** -o, or else a -w that has a meaning here. */
export function getFormat({ options }: CommandContext, flags: { output: string; template: string }): GetFormat {
  const asked = flags.output || (options.given.has('writeOut') ? options.writeOut : 'table');
  const layout = asked === 'simple' ? 'table' : LAYOUTS.find((name) => name === asked);
  if (layout) return { layout, template: '' };
  const [, name, inFile, given] = /^([a-z-]+?)(-file)?(?:=(.*))?$/su.exec(asked) ?? [];
  const found = TEMPLATES.find((each) => each === name);
  if (!found) throw formatNotSupported(asked, `k8s get has -o ${FORMATS.join(', ')}`);
  const text = given ?? flags.template;
  if (text === '') throw new Failure(`${asked.replace(/=$/, '')} format specified but no template given`, BAD);
  return { layout: found, template: inFile ? readTemplate(text) : text };
}

const BAD = { exitCode: ExitCode.BadArgs };

function readTemplate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure(`error reading template ${path}: ${(error as Error).message}`, { exitCode: ExitCode.IO });
  }
}

export function isTable({ layout }: GetFormat): boolean {
  return layout === 'table' || layout === 'wide';
}
