import { ExitCode } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { writeStyled } from '../../base/terminal.js';
import { requireSameObject, toBeStored } from '../../k8s/edited.js';
import { withManager } from '../../k8s/managed-entry.js';
import { readObjects, type StoredObject } from '../../k8s/objects.js';
import type { StoredValues } from '../../k8s/values.js';
import { formOf, likeStored, ObjectWriter, storedBytes } from '../../k8s/write.js';
import type { Fields, Stored } from '../../k8s-decode/index.js';
import { withoutManagedFields } from '../../k8s-decode/protobuf/field-mask.js';
import { field } from '../../k8s-decode/value.js';
import { toYaml } from '../../k8s-decode/yaml/write.js';
import { diffStyle, unifiedDiff } from '../../output/text-diff.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { CHANGE_FLAGS, changedMeanwhile, mayChange, openForChange, tellKept } from './change.js';
import { type Edited, EditFile, editUntilValid } from './edit-file.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG, type NamedObject, notFound, oneObject, shortText } from './objects.js';

export const spec = {
  usage: 'k8s edit [options] TYPE/NAME',
  description:
    'Opens a stored object as YAML in $KUBE_EDITOR or $EDITOR, and writes what is saved back to etcd, past the API server: in the version and encoding in which it is stored, with the fields that ketcdctl does not know as they were, and only if nobody changed it meanwhile. The lease of the key stays. As the API server would, it raises metadata.generation when anything but metadata and status changed.',
  examples: [
    'ketcdctl k8s edit deploy/web -n shop',
    'KUBE_EDITOR="code --wait" ketcdctl k8s edit node/worker-1',
    'EDITOR=./scale-to-zero.sh ketcdctl k8s edit deploy/web -n shop --yes # by a program, which gets the path of the text',
  ],
  complete: 'object',
  flags: {
    ...NAMESPACE_FLAG,
    showManagedFields: bool('have metadata.managedFields in the text, too'),
    ...CHANGE_FLAGS,
  },
  noTimeout: 'unless-given',
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  const cluster = await openForChange(context, flags);
  const target = await oneObject(cluster, args, flags);
  const found = await readOne(readObjects(cluster, target));
  if (!found) throw await notFound(cluster, target);
  const { stored } = found;
  if (!stored) throw found.reason!;
  const shown = flags.showManagedFields ? stored.object : withoutManagedFields(stored.object);
  const { kv, plain, resource } = found;
  const original = { stored, shown, kv, plain: plain!, resource, values: cluster.values };
  const file = new EditFile(toYaml(shown), heading(target));
  const edited = await editUntilValid(context, file, (object) => bytesOf(object, original));
  if (!edited || edited.value.equals(found.kv.value)) {
    file.remove();
    await context.stderr.write('Edit cancelled, no changes made.\n');
    return ExitCode.Ok;
  }
  return write(context, flags, { target, found, edited, file });
};

async function readOne(objects: AsyncIterable<StoredObject>): Promise<StoredObject | undefined> {
  for await (const object of objects) return object;
  return undefined;
}

function heading({ key }: NamedObject): string[] {
  return [
    `${key}, as it is stored in etcd.`,
    'Lines that begin with # are passed over; an empty file ends the edit. When what is saved is not valid, it is opened again.',
    'It is written past the API server: nothing is validated, admitted or defaulted.',
  ];
}

/** What is edited. */
interface Original {
  stored: Stored;
  /** Without what is hidden in the text. */
  shown: Fields;
  kv: StoredObject['kv'];
  /** The value without its encryption. */
  plain: Buffer;
  resource: StoredObject['resource'];
  values: StoredValues;
}

/** The bytes to be stored for what was saved. */
async function bytesOf(saved: Fields, original: Original): Promise<Buffer> {
  const { stored, shown, kv, plain, resource, values } = original;
  requireSameObject(stored.object, saved);
  const edited = likeStored(stored.object, withHidden(saved, stored.object, shown));
  const object = withManager(toBeStored(edited, stored.object), stored.object, new Date());
  const value = await storedBytes(
    values,
    object,
    { key: kv.key.toString(), resource, resembles: kv },
    formOf(stored, plain),
  );
  // The same is encrypted anew each time.
  return (await values.open(kv.key, value)).equals(plain) ? kv.value : value;
}

/** The managedFields that were not in the text. */
function withHidden(saved: Fields, stored: Fields, shown: Fields): Fields {
  const hidden = field(stored, 'metadata', 'managedFields');
  const metadata = saved.get('metadata');
  if (shown === stored || hidden === undefined || !(metadata instanceof Map)) return saved;
  return new Map(saved).set('metadata', new Map(metadata).set('managedFields', hidden));
}

interface EditEnd {
  target: NamedObject;
  found: StoredObject;
  edited: Edited;
  file: EditFile;
}

async function write(
  context: CommandContext,
  flags: Flags<typeof spec, typeof K8S_FLAGS>,
  { target, found, edited, file }: EditEnd,
): Promise<number> {
  const { kv } = found;
  await writeStyled(context.stdout, await unifiedDiff(edited.before, edited.after, await diffStyle(context)));
  if (!(await mayChange(context, flags, `Write this to ${target.key}?`))) {
    const dryRun = flags.dryRun;
    if (dryRun) file.remove();
    await context.stderr.write(dryRun ? 'nothing was written\n' : `nothing was written; ${file.kept()}\n`);
    return dryRun ? ExitCode.Ok : ExitCode.Error;
  }
  const writer = new ObjectWriter(await context.connect(), flags.backupDir);
  try {
    const end = await writer.put({ key: kv.key, value: edited.value, lease: kv.lease }, kv);
    if (!end.done) throw changedMeanwhile(kv.key, kv.mod_revision, end.now);
    await context.stdout.write(`${shortText(target)} edited (revision ${end.revision})\n`);
    file.remove();
  } catch (error) {
    await context.stderr.write(`${file.kept()}\n`);
    throw error;
  } finally {
    await tellKept(context, writer);
  }
  return ExitCode.Ok;
}
