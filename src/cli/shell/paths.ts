/** Folders of keys as a shell walks through them. The empty folder is the top, in which keys without a slash in front are too. */

/** A key as it is meant in a folder (`/registry/pods/`, or empty): `..` goes up, a slash in front begins at the top. */
export function resolveKey(folder: string, path: string): string {
  let at = path.startsWith('/') ? '/' : folder;
  const parts = path.replace(/^\//, '').split('/');
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (part === '.' || (part === '' && isLast)) continue;
    if (part === '..') at = parentOf(at);
    else at += isLast ? part : `${part}/`;
  }
  return at;
}

function parentOf(folder: string): string {
  const cut = folder.slice(0, -1).lastIndexOf('/');
  return cut < 0 ? '' : folder.slice(0, cut + 1);
}
