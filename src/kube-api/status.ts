/** Errors as the API server answers them: a Status object, its reasons and its words (apimachinery, pkg/api/errors). */
import { Failure } from '../base/errors.js';
import { qualifiedName } from '../k8s/resources.js';
import type { Fields } from '../k8s-decode/value.js';
import { Code } from '../rpc/status.js';
import { asFields, type PlainObject } from './plain.js';

/** What is answered in place of what was asked for. */
export class StatusError extends Error {
  constructor(
    /** HTTP's. */
    readonly code: number,
    /** Kubernetes' name of the sort of error: `NotFound`. */
    readonly reason: string,
    message: string,
    readonly details?: PlainObject,
  ) {
    super(message);
  }

  get object(): Fields {
    return asFields({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      details: this.details,
      code: this.code,
    });
  }
}

/** Which resource an error is about, as messages name it. */
export interface NamedResource {
  group: string;
  plural: string;
}

/** `pods "web" not found`. */
export function notFound({ group, plural }: NamedResource, name: string): StatusError {
  const details = { name, ...(group !== '' && { group }), kind: plural };
  return new StatusError(404, 'NotFound', `${qualifiedName({ group, plural })} "${name}" not found`, details);
}

/** 404 for a resource that a known group does not have. */
export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** A field of what was asked, and what is wrong with it. */
export interface FieldProblem {
  field: string;
  reason: 'FieldValueForbidden' | 'FieldValueNotSupported' | 'FieldValueInvalid';
  message: string;
}

export function invalid(kind: string, group: string, problems: readonly FieldProblem[]): StatusError {
  const texts = problems.map(({ field, message }) => `${field}: ${message}`);
  const all = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
  const causes = problems.map(({ field, reason, message }) => ({ reason, message, field }));
  return new StatusError(422, 'Invalid', `${kind}.${group} "" is invalid: ${all}`, { group, kind, causes });
}

/** A revision that is compacted: clients list again. */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** A revision that is still to come. */
export function tooLarge(wanted: bigint, current: bigint): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

export function internalError(message: string): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** What is asked changes something. */
export function readOnly(what: string, instead: string): StatusError {
  return new StatusError(405, 'MethodNotAllowed', `${READ_ONLY}: ${what}; ${instead}`, {});
}

/** What is asked needs more than what is stored. */
export function notStored(what: string, instead: string): StatusError {
  return new StatusError(501, 'NotImplemented', `${READ_ONLY}: ${what}; ${instead}`, {});
}

const READ_ONLY = 'this is a read-only view of etcd';

/** Any error as a Status: what etcd says, what a file has, and what must not happen. */
export function statusOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const { code } = error as { code?: unknown };
  const message = error instanceof Failure ? error.message : 'an error in ketcdctl itself';
  if (code === Code.OutOfRange && /compacted/.test(message)) {
    return expired('The resourceVersion for the provided list is too old.');
  }
  if (code === Code.PermissionDenied) return new StatusError(403, 'Forbidden', message, {});
  if (code === Code.Unavailable || code === Code.DeadlineExceeded) {
    return new StatusError(503, 'ServiceUnavailable', message, { retryAfterSeconds: 1 });
  }
  return internalError(message);
}
