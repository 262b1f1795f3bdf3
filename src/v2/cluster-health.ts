import { setTimeout as sleep } from 'node:timers/promises';
import { cleanPath, parseGoUrl } from '../base/go/url.js';
import type { ClusterClient } from './cluster-client.js';
import type { HttpTransport } from './http-transport.js';
import { type Member, MembersApi, parseJson } from './members-api.js';
import { type Action, keyFailure, type Run, V2Exit } from './run.js';
import { untilInterrupted } from './watch-commands.js';

const ROUND_MS = 10_000;

export const clusterHealth: Action = async (run) => {
  const transport = await run.transport().catch((error: unknown) => {
    throw keyFailure(V2Exit.ServerError, error);
  });
  const members = await listMembers(run, await run.connect({ sync: false }));
  if (!run.flags.bool('forever')) {
    return (await checkAll(run, transport, members)) ? V2Exit.Ok : V2Exit.NotHealthy;
  }
  return untilInterrupted(async (signal) => {
    while (!signal.aborted) {
      await checkAll(run, transport, members);
      run.io.stdout.write('\nnext check after 10 second...\n\n');
      await sleep(ROUND_MS, undefined, { signal }).catch(() => {});
    }
  });
};

async function listMembers({ io }: Run, client: ClusterClient): Promise<Member[]> {
  try {
    return await new MembersApi(client).list();
  } catch (error) {
    io.stdout.write('cluster may be unhealthy: failed to list members\n');
    throw keyFailure(V2Exit.ServerError, error);
  }
}

/** Asks every member and prints what it says; gives whether all are healthy. */
async function checkAll(run: Run, transport: HttpTransport, members: Member[]): Promise<boolean> {
  let healthy = 0;
  for (const member of members) {
    if (await checkMember(run, transport, member)) healthy += 1;
  }
  const state = healthy === members.length ? 'healthy' : healthy === 0 ? 'unavailable' : 'degraded';
  run.io.stdout.write(`cluster is ${state}\n`);
  return state === 'healthy';
}

/** Asks a member at one of its addresses after another, until one answers. */
async function checkMember(
  { io, settings }: Run,
  transport: HttpTransport,
  { id, clientURLs }: Member,
): Promise<boolean> {
  const say = (text: string) => io.stdout.write(`${text}\n`);
  if (clientURLs.length === 0) {
    say(`member ${id} is unreachable: no available published client urls`);
    return false;
  }
  for (const url of clientURLs) {
    try {
      const healthy = await askHealth(transport, url, settings.totalTimeout);
      say(
        healthy
          ? `member ${id} is healthy: got healthy result from ${url}`
          : `member ${id} is unhealthy: got unhealthy result from ${url}`,
      );
      return healthy;
    } catch (error) {
      say(`failed to check the health of member ${id} on ${url}: ${(error as Error).message}`);
    }
  }
  say(`member ${id} is unreachable: [${clientURLs.join(' ')}] are all unreachable`);
  return false;
}

async function askHealth(transport: HttpTransport, base: string, limit: number): Promise<boolean> {
  const url = parseGoUrl(base);
  const call = { method: 'GET', url: { ...url, path: cleanPath(`${url.path}/health`) } } as const;
  const answer = await transport.send(call, { headerTimeout: limit, signal: undefined }).catch((error: Error) => {
    throw new Error(`Get "${base}/health": ${error.message}`);
  });
  const { health } = parseJson<{ health?: string | boolean }>(answer);
  return health === true || health === 'true';
}
