/** Where `k8s export` writes manifests: standard output, or a file each. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, Failure } from '../../base/errors.js';
import { writeFileWhole } from '../../base/files/part-file.js';
import type { StoredObject } from '../../k8s/objects.js';
import type { Fields } from '../../k8s-decode/index.js';
import { toJson } from '../../k8s-decode/json/json.js';
import { toYaml } from '../../k8s-decode/yaml/write.js';
import { formatNotSupported } from '../../output/format.js';
import type { CommandContext } from '../command.js';

export interface ManifestOutput {
  /** How many were written. */
  count: number;
  write(item: StoredObject, manifest: Fields): Promise<void>;
  end(): Promise<void>;
}

/** @throws Failure for a format that is none */
export function manifestOutput(context: CommandContext, flags: { output: string; outputDir: string }): ManifestOutput {
  const { options } = context;
  const asked = flags.output || (options.given.has('writeOut') ? options.writeOut : 'yaml');
  if (asked !== 'yaml' && asked !== 'json') {
    throw formatNotSupported(asked, 'k8s export has -o yaml and json');
  }
  const dir = flags.outputDir;
  if (dir !== '') return new FolderOutput(dir, asked);
  return asked === 'yaml' ? new YamlOutput(context) : new JsonOutput(context);
}

class YamlOutput implements ManifestOutput {
  count = 0;

  constructor(private readonly context: CommandContext) {}

  async write(_item: StoredObject, manifest: Fields): Promise<void> {
    await this.context.stdout.write(`${this.count++ === 0 ? '' : '---\n'}${toYaml(manifest)}`);
  }

  async end(): Promise<void> {}
}

/** A List, object by object. */
class JsonOutput implements ManifestOutput {
  count = 0;

  constructor(private readonly context: CommandContext) {}

  async write(_item: StoredObject, manifest: Fields): Promise<void> {
    const lead = this.count++ === 0 ? '{"apiVersion":"v1","kind":"List","items":[\n' : ',\n';
    await this.context.stdout.write(`${lead}${toJson(manifest)}`);
  }

  async end(): Promise<void> {
    const head = this.count === 0 ? '{"apiVersion":"v1","kind":"List","items":[' : '\n';
    await this.context.stdout.write(`${head}]}\n`);
  }
}

/** `DIR/NAMESPACE/RESOURCE.GROUP/NAME.yaml`; what is in no namespace stands in `DIR/_cluster`. */
class FolderOutput implements ManifestOutput {
  count = 0;

  constructor(
    private readonly dir: string,
    private readonly format: 'yaml' | 'json',
  ) {}

  async write({ resource, namespace, name }: StoredObject, manifest: Fields): Promise<void> {
    const { plural = 'unknown', group = '' } = resource ?? {};
    const folder = join(this.dir, namespace ?? '_cluster', group === '' ? plural : `${plural}.${group}`);
    const path = join(folder, `${fileName(name)}.${this.format}`);
    const text = this.format === 'yaml' ? toYaml(manifest) : `${toJson(manifest, '    ')}\n`;
    try {
      mkdirSync(folder, { recursive: true });
      writeFileWhole(path, text);
    } catch (error) {
      throw new Failure(`cannot write ${path}: ${(error as Error).message}`, { exitCode: ExitCode.IO, cause: error });
    }
    this.count++;
  }

  async end(): Promise<void> {}
}

/** Names may have a colon, and a path in a key may be anything. */
function fileName(name: string): string {
  return name.replace(/[/\\\0]/g, '_').replace(/^\.+/, '_');
}
