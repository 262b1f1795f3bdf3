/** Reviews: what the API server tells a client of itself. Whoever has the token may read everything and change nothing. */
import { decodeStored, isStored } from '../k8s-decode/index.js';
import { parseJson } from '../k8s-decode/json/json.js';
import { type Fields, field, stringField } from '../k8s-decode/value.js';
import { type Answer, objectAnswer } from './answer.js';
import type { Api } from './apis.js';
import { negotiate } from './negotiate.js';
import { asFields, type PlainObject } from './plain.js';
import type { ApiRequest } from './request.js';
import { badRequest } from './status.js';

const READING = ['get', 'list', 'watch'];

/** Asked with these, an access review is allowed though nothing can be changed: they are made, not stored. */
const REVIEWS = /^(selfsubject(access|rules)?reviews)$/;

/** What is asked in a review, and what is answered. */
const ANSWERS: Record<string, (review: Fields) => PlainObject> = {
  SelfSubjectAccessReview: accessOf,
  SelfSubjectRulesReview: () => ({
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  }),
  SelfSubjectReview: () => ({
    userInfo: { username: 'admin', uid: '1', groups: ['system:masters', 'system:authenticated'] },
  }),
};

/** Whether it is a review that can be answered. */
export function isReview({ kind }: Api): boolean {
  return Object.hasOwn(ANSWERS, kind);
}

/** @throws StatusError 400 for what is no review */
export async function answerReview({ body, accept, pretty }: ApiRequest, { kind, apiVersion }: Api): Promise<Answer> {
  const review = await readBody(body);
  const answer = asFields({
    kind,
    apiVersion,
    metadata: {},
    ...(kind === 'SelfSubjectReview' ? {} : { spec: review.get('spec') ?? {} }),
    status: ANSWERS[kind]!(review),
  });
  return objectAnswer(answer, negotiate(accept, { pretty }), 201);
}

async function readBody(body: Buffer): Promise<Fields> {
  try {
    const object = isStored(body) ? (await decodeStored(body)).object : parseJson(body);
    if (object instanceof Map) return object;
  } catch {
    // Told below: what a client sent is not repeated.
  }
  throw badRequest('the object provided is unrecognized (must be of type SelfSubjectAccessReview or its like)');
}

function accessOf(review: Fields): PlainObject {
  const attributes = field(review, 'spec', 'resourceAttributes');
  const verb = stringField(attributes, 'verb') ?? stringField(review, 'spec', 'nonResourceAttributes', 'verb') ?? '';
  const isAllowed = READING.includes(verb) || REVIEWS.test(stringField(attributes, 'resource') ?? '');
  return isAllowed ? { allowed: true } : { allowed: false, reason: 'this is a read-only view of etcd' };
}
