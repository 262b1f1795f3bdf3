import type { Context } from '../../cli/command.js';
import { toJson } from '../../k8s-decode/json.js';
import { toYaml } from '../../k8s-decode/yaml.js';
import { humaneKeyValue } from '../humane.js';
import type { RangeLook, RangePrinter } from './printer.js';

/** A line of JSON for each key-value, its value decoded. */
export function jsonlRange(context: Context, look: RangeLook): RangePrinter {
  return humaneRange(context, look, (value) => `${toJson(value)}\n`, '');
}

/** A YAML document for each key-value, its value decoded. */
export function yamlRange(context: Context, look: RangeLook): RangePrinter {
  return humaneRange(context, look, toYaml, '---\n');
}

type Write = (value: Awaited<ReturnType<typeof humaneKeyValue>>) => string;

function humaneRange(context: Context, look: RangeLook, write: Write, between: string): RangePrinter {
  let printed = false;
  return {
    async page(page) {
      for (const kv of page.kvs) {
        const text = write(await humaneKeyValue(context, kv, look.keysOnly));
        await context.stdout.write(printed ? between + text : text);
        printed = true;
      }
    },
    async end(last) {
      if (look.countOnly) await context.stdout.write(write(new Map([['count', Number(last.count)]])));
    },
  };
}
