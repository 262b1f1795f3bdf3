import { errorLine } from '../../base/errors.js';
import { type StoredObject, withResourceVersion } from '../../k8s/objects.js';
import type { Resource } from '../../k8s/resources.js';
import { toJson } from '../../k8s-decode/json/json.js';
import type { Fields } from '../../k8s-decode/value.js';
import { withFoldedNextLines } from '../../k8s-decode/yaml/next-line.js';
import { yamlBytes } from '../../k8s-decode/yaml/write.js';
import { sortedJson } from '../../output/sorted-json.js';
import type { CommandContext } from '../command.js';
import type { Target } from './get-arguments.js';
import type { GetFormat } from './get-format.js';
import { type GetPrinter, kindPrefix } from './get-printer.js';

/** `k8s get -o yaml|json|jsonl|name`, object by object: nothing is held back. */
export function objectPrinter(
  context: CommandContext,
  flags: { showManagedFields: boolean },
  { layout }: GetFormat,
  targets: readonly Target[],
): GetPrinter {
  if (layout === 'name') return new NamePrinter(context);
  const single = targets.length === 1 && targets[0]!.names.length === 1;
  return new ObjectPrinter(context, flags.showManagedFields, layout as Layout, single);
}

class NamePrinter implements GetPrinter {
  private prefix = '';

  constructor(private readonly context: CommandContext) {}

  begin(resource: Resource): void {
    this.prefix = kindPrefix(resource);
  }

  object({ name }: StoredObject): Promise<void> | undefined {
    return this.context.stdout.write(`${this.prefix}/${name}\n`);
  }

  end(): void {}
}

type Layout = 'yaml' | 'json' | 'jsonl';

/** Around and between objects of a list, as kubectl's printers have it. */
const LIST = {
  yaml: { head: 'apiVersion: v1\nitems:\n', tail: 'kind: List\nmetadata:\n  resourceVersion: ""\n' },
  json: {
    head: '{\n    "apiVersion": "v1",\n    "items": [',
    between: ',',
    tail: '\n    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n',
  },
};

/** What kubectl prints of a list without objects. */
const EMPTY = {
  yaml: `apiVersion: v1\nitems: []\n${LIST.yaml.tail}`,
  json: `${LIST.json.head}],${LIST.json.tail.slice('\n    ],'.length)}`,
};

class ObjectPrinter implements GetPrinter {
  private printed = 0;

  constructor(
    private readonly context: CommandContext,
    private readonly managedFields: boolean,
    private readonly layout: Layout,
    private readonly single: boolean,
  ) {}

  begin(): void {}

  object(item: StoredObject): Promise<void> | undefined {
    const { stdout, stderr } = this.context;
    if (!item.object) {
      stderr.write(errorLine(item.reason!.message));
      return undefined;
    }
    const object = withResourceVersion(item.object, item.kv);
    if (!this.managedFields) (object.get('metadata') as Fields).delete('managedFields');
    const isFirst = this.printed === 0;
    const text =
      this.layout === 'yaml'
        ? yamlBytes(withFoldedNextLines(this.single ? object : [object]))
        : this.text(object, isFirst);
    if (this.layout === 'yaml' && !this.single && isFirst) stdout.write(LIST.yaml.head);
    this.printed++;
    return stdout.write(text);
  }

  /** In JSON. */
  private text(object: Fields, isFirst: boolean): string {
    const { layout, single } = this;
    if (layout === 'jsonl') return `${toJson(object)}\n`;
    if (single) return `${sortedJson(object)}\n`;
    const { head, between } = LIST.json;
    return `${isFirst ? head : between}\n${ITEM}${sortedJson(object, ITEM)}`;
  }

  async end(failed: boolean): Promise<void> {
    const { layout, single, printed } = this;
    if (layout === 'jsonl' || (single && printed > 0) || (printed === 0 && failed)) return;
    await this.context.stdout.write(printed === 0 ? EMPTY[layout] : LIST[layout].tail);
  }
}

/** How far an item of a list is indented in kubectl's JSON. */
const ITEM = '        ';
