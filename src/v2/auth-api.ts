/** Users, roles and the switch of authentication: `/v2/auth`. */
import type { ClusterCall, ClusterClient } from './cluster-client.js';
import type { HttpAnswer } from './http-transport.js';
import { expectStatus, parseJson } from './members-api.js';

export interface User {
  user: string;
  roles: string[];
}

export interface Permissions {
  read: string[] | null;
  write: string[] | null;
}

export interface Role {
  role: string;
  kv: Permissions;
}

const JSON_BODY = { 'Content-Type': 'application/json' };

export class AuthApi {
  constructor(private readonly client: ClusterClient) {}

  async enable(signal?: AbortSignal): Promise<void> {
    await this.call({ method: 'PUT', path: '/v2/auth/enable' }, [200, 201], signal);
  }

  async disable(signal?: AbortSignal): Promise<void> {
    await this.call({ method: 'DELETE', path: '/v2/auth/enable' }, [200, 201], signal);
  }

  async users(signal?: AbortSignal): Promise<string[]> {
    const answer = await this.call({ method: 'GET', path: '/v2/auth/users' }, [200], signal);
    return (parseJson<{ users?: { user: string }[] | null }>(answer).users ?? []).map(({ user }) => user);
  }

  async user(name: string, signal?: AbortSignal): Promise<User> {
    return readUser(await this.call({ method: 'GET', path: userPath(name) }, [200], signal));
  }

  async addUser(name: string, password: string, signal?: AbortSignal): Promise<void> {
    await this.putUser(name, { password }, [200, 201], signal);
  }

  /** The server makes a user that does not exist, and etcdctl takes its answer to that (201) for a refusal. */
  async changePassword(name: string, password: string, signal?: AbortSignal): Promise<void> {
    await this.putUser(name, { password }, [200], signal);
  }

  async removeUser(name: string, signal?: AbortSignal): Promise<void> {
    await this.call({ method: 'DELETE', path: userPath(name) }, [200, 201], signal);
  }

  /** Gives roles to a user, or takes them away. */
  async changeRoles(name: string, change: 'grant' | 'revoke', roles: string[], signal?: AbortSignal): Promise<void> {
    await this.putUser(name, { [change]: roles }, [200], signal);
  }

  private async putUser(user: string, change: object, expected: number[], signal: AbortSignal | undefined) {
    const { password, ...roles } = change as { password?: string };
    // etcd tells a new user from a change by what is missing, so that the order and presence of the fields are those of etcdctl.
    const body = JSON.stringify({ user, ...(password ? { password } : {}), roles: null, ...roles });
    return this.call({ method: 'PUT', path: userPath(user), headers: JSON_BODY, body }, expected, signal);
  }

  /** @throws AnswerError without the server's reason: so it is in etcdctl */
  async roles(signal?: AbortSignal): Promise<string[]> {
    const answer = await this.client.do({ method: 'GET', path: '/v2/auth/roles', headers: JSON_BODY }, signal);
    expectStatus(answer, 200);
    return (parseJson<{ roles?: RawRole[] | null }>(answer).roles ?? []).map(({ role }) => role);
  }

  async role(name: string, signal?: AbortSignal): Promise<Role> {
    return readRole(await this.call({ method: 'GET', path: rolePath(name) }, [200], signal));
  }

  async addRole(name: string, signal?: AbortSignal): Promise<void> {
    const body = roleBody(name, {});
    await this.call({ method: 'PUT', path: rolePath(name), headers: JSON_BODY, body }, [200, 201], signal);
  }

  async removeRole(name: string, signal?: AbortSignal): Promise<void> {
    await this.call({ method: 'DELETE', path: rolePath(name) }, [200, 201], signal);
  }

  async changePermissions(
    name: string,
    change: 'grant' | 'revoke',
    kv: Permissions,
    signal?: AbortSignal,
  ): Promise<Role> {
    const body = roleBody(name, { [change]: { kv } });
    return readRole(await this.call({ method: 'PUT', path: rolePath(name), headers: JSON_BODY, body }, [200], signal));
  }

  /** Sends a request; any other status is a refusal, with a message in its body. */
  private async call(call: ClusterCall, expected: number[], signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const answer = await this.client.do(call, signal);
    if (expected.includes(answer.status)) return answer;
    throw new Error(parseJson<{ message?: string }>(answer).message ?? '');
  }
}

interface RawRole {
  role: string;
  permissions?: { kv?: Partial<Permissions> };
}

function userPath(name: string): string {
  return `/v2/auth/users/${name}`.replace(/\/+$/, '');
}

function rolePath(name: string): string {
  return `/v2/auth/roles/${name}`.replace(/\/+$/, '');
}

function roleBody(role: string, change: object): string {
  return JSON.stringify({ role, permissions: { kv: { read: null, write: null } }, ...change });
}

/** A user's roles come as names, or whole; of whole ones etcdctl first makes as many empty names, which show as blanks. */
function readUser(answer: HttpAnswer): User {
  const { user = '', roles } = parseJson<{ user?: string; roles?: (string | RawRole)[] | null }>(answer);
  const whole = (roles ?? []).filter((role) => typeof role !== 'string');
  const names = (roles ?? []).map((role) => (typeof role === 'string' ? role : role.role));
  return { user, roles: [...whole.map(() => ''), ...names] };
}

function readRole(answer: HttpAnswer): Role {
  const { role = '', permissions } = parseJson<Partial<RawRole>>(answer);
  return { role, kv: { read: permissions?.kv?.read ?? null, write: permissions?.kv?.write ?? null } };
}
