/** `k8s get -o jsonpath=…`, `-o go-template=…` and `-o custom-columns=…`. */
import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { jsonPathTemplate, relaxedPath } from '../../k8s/json-path-template.js';
import { type StoredObject, withResourceVersion } from '../../k8s/objects.js';
import type { JsonPath } from '../../k8s/tables/json-path.js';
import type { Fields, Value } from '../../k8s-decode/value.js';
import { Columns } from '../../output/columns.js';
import { goText } from '../../output/go-template/format.js';
import { type Data, Template } from '../../output/go-template/index.js';
import type { CommandContext } from '../command.js';
import type { Target } from './get-arguments.js';
import type { GetFormat } from './get-format.js';
import type { GetPrinter } from './get-printer.js';

/** @throws Failure for a template that cannot be read */
export function templatePrinter(
  context: CommandContext,
  flags: { noHeaders: boolean },
  { layout, template }: GetFormat,
  targets: readonly Target[],
): GetPrinter {
  if (layout === 'custom-columns') return new CustomColumnsPrinter(context, flags.noHeaders, columnsOf(template));
  const single = targets.length === 1 && targets[0]!.names.length === 1;
  const render = layout === 'jsonpath' ? jsonPathTemplate(template) : goTemplate(template);
  return new TemplatePrinter(context, render, single);
}

function goTemplate(source: string): (root: Value) => string {
  const template = new Template('output', source);
  return (root) => template.render(root as Data);
}

/** A template sees all objects at once, as a List, or the one that is named. */
class TemplatePrinter implements GetPrinter {
  private readonly items: Fields[] = [];

  constructor(
    private readonly context: CommandContext,
    private readonly render: (root: Value) => string,
    private readonly single: boolean,
  ) {}

  begin(): void {}

  object(item: StoredObject): undefined {
    const object = readable(this.context, item);
    if (object) this.items.push(object);
  }

  async end(failed: boolean): Promise<void> {
    if (this.items.length === 0 && (failed || this.single)) return;
    const list = new Map<string, Value>([
      ['apiVersion', 'v1'],
      ['items', this.items],
      ['kind', 'List'],
      ['metadata', new Map([['resourceVersion', '']])],
    ]);
    await this.context.stdout.write(this.render(this.single ? this.items[0]! : list));
  }
}

interface CustomColumn {
  head: string;
  path: JsonPath;
}

class CustomColumnsPrinter implements GetPrinter {
  private readonly rows = new Columns();

  constructor(
    private readonly context: CommandContext,
    noHeaders: boolean,
    private readonly columns: readonly CustomColumn[],
  ) {
    if (!noHeaders) this.rows.add(columns.map(({ head }) => head));
  }

  begin(): void {}

  object(item: StoredObject): undefined {
    const object = readable(this.context, item);
    if (!object) return;
    this.rows.add(
      this.columns.map(({ path }) => {
        const found = path(object);
        return found.length === 0 ? '<none>' : found.map((value) => goText(value as Data)).join(',');
      }),
    );
  }

  async end(failed: boolean): Promise<void> {
    if (failed && this.rows.size < 2) return;
    for (const line of this.rows.lines()) {
      const wait = this.context.stdout.write(line);
      if (wait) await wait;
    }
  }
}

function readable({ stderr }: CommandContext, item: StoredObject): Fields | undefined {
  if (item.object) return withResourceVersion(item.object, item.kv);
  stderr.write(errorLine(item.reason!.message));
  return undefined;
}

/** `NAME:.metadata.name,NODE:.spec.nodeName`; in a file the heads stand in the first line, and their paths in the second. */
function columnsOf(template: string): CustomColumn[] {
  const lines = template.trimEnd().split(/\r?\n/);
  if (lines.length > 1) return columnsOfLines(lines);
  return template.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) {
      throw new Failure(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`, {
        exitCode: ExitCode.BadArgs,
      });
    }
    return { head: part.slice(0, colon), path: relaxedPath(part.slice(colon + 1)) };
  });
}

function columnsOfLines([first = '', second = '']: readonly string[]): CustomColumn[] {
  const [heads, paths] = [first.trim().split(/\s+/), second.trim().split(/\s+/)];
  if (heads.length !== paths.length) {
    throw new Failure(`number of headers (${heads.length}) and field specifications (${paths.length}) don't match`, {
      exitCode: ExitCode.BadArgs,
    });
  }
  return heads.map((head, at) => ({ head, path: relaxedPath(paths[at]!) }));
}
