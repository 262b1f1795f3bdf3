/**
 * The archive of static pods that OpenShift's cluster-backup.sh makes beside its snapshot (`static_kuberesources_*.tar.gz`). Of what
 * it holds, the API server's EncryptionConfiguration is needed: without it the snapshot's values stay closed.
 *
 * A tar archive is blocks of 512 bytes: for each file a header (0 name, 124 size in octal digits, 156 type, 345 what stands before
 * the name, with a slash), then its bytes, filled up to whole blocks.
 */
import { gunzipSync } from 'node:zlib';
import { Failure } from '../../base/errors.js';

const BLOCK = 512;

/** Far more than the manifests, certificates and keys of a control plane's pods take. */
const MAX_BYTES = 64 << 20;

/** `…/kube-apiserver-pod-12/secrets/encryption-config/encryption-config`: each revision of the pod has its own. */
const CONFIG = /(?:^|\/)kube-apiserver-pod-(\d+)\/secrets\/encryption-config\/encryption-config$/;

/** Whether a file begins as a compressed archive does. */
export function isArchive(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The text of the EncryptionConfiguration in the archive: that of the newest revision of the API server's pod.
 * @throws Failure for an archive that cannot be read, or has none
 */
export function configInArchive(path: string, archive: Buffer): string {
  let newest = { revision: -1, text: '' };
  for (const { name, content } of filesIn(unpacked(path, archive))) {
    const revision = Number(CONFIG.exec(name)?.[1] ?? -1);
    if (revision > newest.revision) newest = { revision, text: content.toString() };
  }
  if (newest.revision >= 0) return newest.text;
  throw new Failure(`${path} holds no EncryptionConfiguration: the cluster that it is of does not encrypt its values`);
}

function unpacked(path: string, archive: Buffer): Buffer {
  try {
    return gunzipSync(archive, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw new Failure(`cannot unpack ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** The regular files of a tar archive; what is cut off is left out. */
function* filesIn(tar: Buffer): Generator<{ name: string; content: Buffer }> {
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = tar.subarray(at, at + BLOCK);
    const size = Number.parseInt(textAt(header, 124, 12), 8) || 0;
    const start = at + BLOCK;
    const [before, name] = [textAt(header, 345, 155), textAt(header, 0, 100)];
    if ('0\0'.includes(String.fromCharCode(header[156]!)) && start + size <= tar.length) {
      yield { name: before === '' ? name : `${before}/${name}`, content: tar.subarray(start, start + size) };
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function textAt(header: Buffer, start: number, length: number): string {
  const text = header.toString('latin1', start, start + length);
  const end = text.indexOf('\0');
  return (end < 0 ? text : text.slice(0, end)).trim();
}
