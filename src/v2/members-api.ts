/** The members of the cluster: `/v2/members`. */

import { goUrlText, parseGoUrl } from '../base/go/url.js';
import type { ClusterClient } from './cluster-client.js';
import { AnswerError, jsonSyntaxError } from './go-errors.js';
import type { HttpAnswer } from './http-transport.js';

export interface Member {
  /** Hexadecimal, without leading zeros. */
  id: string;
  /** '' for a member that was never started. */
  name: string;
  peerURLs: string[];
  clientURLs: string[];
}

/** @throws AnswerError for another status than those that the request is meant to have */
export function expectStatus({ status }: HttpAnswer, ...expected: number[]): void {
  if (!expected.includes(status)) throw new AnswerError(status, `unexpected status code ${status}`);
}

/** @throws AnswerError with the words of Go's encoding/json */
export function parseJson<T>({ status, body }: HttpAnswer): T {
  const text = body.toString();
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new AnswerError(status, jsonSyntaxError(text));
  }
}

const JSON_BODY = { 'Content-Type': 'application/json' };

export class MembersApi {
  constructor(private readonly client: ClusterClient) {}

  async list(signal?: AbortSignal): Promise<Member[]> {
    const answer = await this.client.do({ method: 'GET', path: '/v2/members' }, signal);
    expectStatus(answer, 200);
    return (parseJson<{ members?: Partial<Member>[] }>(answer).members ?? []).map(complete);
  }

  /** The member that is the leader. */
  async leader(signal?: AbortSignal): Promise<Member> {
    const answer = await this.client.do({ method: 'GET', path: '/v2/members/leader' }, signal);
    expectStatus(answer, 200);
    return complete(parseJson(answer));
  }

  /** @throws Error when `peerUrl` is not `http(s)://host:port`, or the server refuses */
  async add(peerUrl: string, signal?: AbortSignal): Promise<Member> {
    const body = peerUrlsJson([peerUrl]);
    const answer = await this.client.do({ method: 'POST', path: '/v2/members', headers: JSON_BODY, body }, signal);
    expectStatus(answer, 201, 409);
    if (answer.status !== 201) throw refusal(answer);
    return complete(parseJson(answer));
  }

  async update(id: string, peerUrls: string[], signal?: AbortSignal): Promise<void> {
    const path = memberPath(id);
    const body = peerUrlsJson(peerUrls);
    const answer = await this.client.do({ method: 'PUT', path, headers: JSON_BODY, body }, signal);
    expectStatus(answer, 204, 404, 409);
    if (answer.status !== 204) throw refusal(answer);
  }

  async remove(id: string, signal?: AbortSignal): Promise<void> {
    expectStatus(await this.client.do({ method: 'DELETE', path: memberPath(id) }, signal), 204, 410);
  }
}

function memberPath(id: string): string {
  return `/v2/members/${id}`.replace(/\/+$/, '');
}

function refusal(answer: HttpAnswer): Error {
  return new Error(parseJson<{ message?: string }>(answer).message ?? '');
}

function complete({ id = '', name = '', peerURLs, clientURLs }: Partial<Member>): Member {
  return { id, name, peerURLs: peerURLs ?? [], clientURLs: clientURLs ?? [] };
}

const PEER_SCHEMES = ['http', 'https', 'unix', 'unixs'];

function peerUrlsJson(texts: string[]): string {
  return JSON.stringify({ peerURLs: texts.map((text) => checkPeerUrl(text.trim())).sort() });
}

/** A peer URL in the form that etcd wants, which it is refused in any other (etcd's pkg/types). */
function checkPeerUrl(text: string): string {
  const url = parseGoUrl(text);
  if (!PEER_SCHEMES.includes(url.scheme)) {
    throw new Error(`URL scheme must be http, https, unix, or unixs: ${text}`);
  }
  if (!/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(url.host)) {
    throw new Error(`URL address does not have the form "host:port": ${text}`);
  }
  if (url.path !== '') throw new Error(`URL must not contain a path: ${text}`);
  return goUrlText(url);
}
