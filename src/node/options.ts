/** The options that this node's etcd is started with: of its process, or of its static pod or unit. */
import { join } from 'node:path';
import { optionsOfText } from './etcd-settings.js';
import { runningEtcds } from './processes.js';
import { below, listTrusted, type Notes, readTrusted } from './trusted-file.js';

export interface StartOption {
  /** Long name without dashes. */
  name: string;
  source: string;
}

const UNHEARD: Notes = { add: () => {} };
const PLACES = ['/etc/kubernetes/manifests', '/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

/** @param root the folder that is taken for `/` */
export function etcdOptions(root = '/'): StartOption[] {
  const found = new Map<string, string>();
  for (const { pid, options } of runningEtcds(root)) {
    for (const name of options.keys()) found.set(name, `process ${pid}`);
  }
  for (const place of PLACES) {
    const folder = below(root, place);
    for (const file of listTrusted(folder, UNHEARD).filter((name) =>
      /^etcd.*\.(ya?ml|json|manifest|service)$/.test(name),
    )) {
      const path = join(folder, file);
      for (const name of optionsOfText(readTrusted(path, UNHEARD) ?? '').keys())
        if (!found.has(name)) found.set(name, path);
    }
  }
  return Array.from(found, ([name, source]) => ({ name, source }));
}
