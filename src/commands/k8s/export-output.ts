/** Where `k8s export` writes manifests: standard output, or a file each. */

import { fileNamePart } from '../../base/files/file-name.js';
import { Folder } from '../../base/files/folder.js';
import type { StoredObject } from '../../k8s/objects.js';
import { qualifiedName } from '../../k8s/resources.js';
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
    const text = toYaml(manifest);
    await this.context.stdout.write(`${this.count++ === 0 ? '' : '---\n'}${text}`);
  }

  async end(): Promise<void> {}
}

/** A List, object by object. */
class JsonOutput implements ManifestOutput {
  count = 0;

  constructor(private readonly context: CommandContext) {}

  async write(_item: StoredObject, manifest: Fields): Promise<void> {
    const text = toJson(manifest);
    const lead = this.count++ === 0 ? '{"apiVersion":"v1","kind":"List","items":[\n' : ',\n';
    await this.context.stdout.write(`${lead}${text}`);
  }

  async end(): Promise<void> {
    const head = this.count === 0 ? '{"apiVersion":"v1","kind":"List","items":[' : '\n';
    await this.context.stdout.write(`${head}]}\n`);
  }
}

/**
 * `DIR/NAMESPACE/RESOURCE.GROUP/NAME.yaml`; what is in no namespace stands in `DIR/_cluster`, which no namespace can be called.
 * Whatever the names are, no file is written outside of DIR, and no two objects have one file.
 */
class FolderOutput implements ManifestOutput {
  count = 0;
  /** Where the last file went: objects come by resource and namespace. */
  private open: { place: string; folder: Folder } | undefined;

  constructor(
    private readonly dir: string,
    private readonly format: 'yaml' | 'json',
  ) {}

  async write({ resource, namespace, name }: StoredObject, manifest: Fields): Promise<void> {
    const kind = resource ? qualifiedName(resource) : 'unknown';
    const folder = this.folder(namespace === undefined ? '_cluster' : fileNamePart(namespace), fileNamePart(kind));
    const text = this.format === 'yaml' ? toYaml(manifest) : `${toJson(manifest, '    ')}\n`;
    folder.write(`${fileNamePart(name)}.${this.format}`, text);
    this.count++;
  }

  private folder(...parts: [string, string]): Folder {
    const place = parts.join('/');
    if (this.open?.place !== place) {
      this.open?.folder.close();
      this.open = undefined;
      this.open = { place, folder: Folder.open(this.dir, parts) };
    }
    return this.open.folder;
  }

  async end(): Promise<void> {
    this.open?.folder.close();
  }
}
