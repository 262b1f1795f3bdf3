/** gRPC's status codes. */
export enum Code {
  OK = 0,
  Canceled = 1,
  Unknown = 2,
  InvalidArgument = 3,
  DeadlineExceeded = 4,
  NotFound = 5,
  AlreadyExists = 6,
  PermissionDenied = 7,
  ResourceExhausted = 8,
  FailedPrecondition = 9,
  Aborted = 10,
  OutOfRange = 11,
  Unimplemented = 12,
  Internal = 13,
  Unavailable = 14,
  DataLoss = 15,
  Unauthenticated = 16,
}

/** How a call ended, in the server's words. */
export interface Status {
  code: Code;
  details: string;
}

/** A code's name as Go writes it, and so etcdctl: `ResourceExhausted`; `Code(17)` for one that is not known. */
export function codeName(code: number): string {
  return Code[code] ?? `Code(${code})`;
}

/** The status of trailers, or of headers where the answer has nothing else; undefined where they have none. */
export function statusOf(headers: ReadonlyMap<string, string>): Status | undefined {
  const code = headers.get('grpc-status');
  if (code === undefined) return undefined;
  const number = /^\d{1,9}$/.test(code) ? Number(code) : Code.Unknown;
  return { code: number, details: percentDecode(headers.get('grpc-message') ?? '') };
}

/** grpc-message is UTF-8 with everything outside printable ASCII, and `%`, as %XX. What is no such escape stays as it is. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = text.replace(/%([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The code for an answer without gRPC's headers (doc/http-grpc-status-mapping.md of gRPC). */
export function codeOfHttpStatus(status: number): Code {
  if (status === 400) return Code.Internal;
  if (status === 401) return Code.Unauthenticated;
  if (status === 403) return Code.PermissionDenied;
  if (status === 404) return Code.Unimplemented;
  return status === 429 || (status >= 502 && status <= 504) ? Code.Unavailable : Code.Unknown;
}
