/** System errors in the words that Go's programs have for them (its zerrors tables). */

const TEXTS: Readonly<Record<string, string>> = {
  E2BIG: 'argument list too long',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EAGAIN: 'resource temporarily unavailable',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EDQUOT: 'disk quota exceeded',
  EEXIST: 'file exists',
  EFBIG: 'file too large',
  EHOSTUNREACH: 'no route to host',
  EINVAL: 'invalid argument',
  EIO: 'input/output error',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  EMFILE: 'too many open files',
  ENETUNREACH: 'network is unreachable',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'exec format error',
  ENOMEM: 'cannot allocate memory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  EPERM: 'operation not permitted',
  EPIPE: 'broken pipe',
  EROFS: 'read-only file system',
  ETIMEDOUT: 'connection timed out',
  EXDEV: 'invalid cross-device link',
};

/** What Go calls the error of this code (`ENOENT`); undefined for one that is not known here. */
export function errnoText(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(TEXTS, code) ? TEXTS[code] : undefined;
}

/** What the system said, in Go's words; an error of another kind by its message. */
export function systemText(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  return errnoText(code ?? (errno === undefined ? undefined : nameOf(errno))) ?? message;
}

/** node:util takes 1 to 2 ms of a start of the executable, and errors without a code are rare. */
function nameOf(errno: number): string {
  return process.getBuiltinModule('node:util').getSystemErrorName(errno);
}
