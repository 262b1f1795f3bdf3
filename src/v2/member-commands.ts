import type { Mode } from '../base/contract.js';
import { goQuote } from '../base/go/quote.js';
import { type Member, MembersApi } from './members-api.js';
import { type Action, Ending, is35, orPlain, plainFailure, type Run, V2Exit } from './run.js';

/** Ends the run unless there are as many arguments as the command takes. Done before the cluster is asked. */
function expectArguments(run: Run, count: number, message: string): void {
  if (run.args.length !== count) throw new Ending(V2Exit.Error, `${message}\n`);
}

export const list: Action = async (run) => {
  expectArguments(run, 0, 'No arguments accepted');
  const api = new MembersApi(await run.connect());
  const signal = run.deadline();
  const members = await orPlain(api.list(signal));
  const leader = await orPlain(api.leader(signal), 'Failed to get leader:  ');
  for (const member of members) run.io.stdout.write(`${memberLine(member, leader)}\n`);
  return V2Exit.Ok;
};

function memberLine({ id, name, peerURLs, clientURLs }: Member, leader: Member): string {
  if (name === '') return `${id}[unstarted]: peerURLs=${peerURLs}`;
  return `${id}: name=${name} peerURLs=${peerURLs} clientURLs=${clientURLs} isLeader=${id === leader.id}`;
}

export const add: Action = async (run) => {
  expectArguments(run, 2, 'Provide a name and a single member peerURL');
  const [newName, peerUrl] = run.args as [string, string];
  const api = new MembersApi(await run.connect());
  const signal = run.deadline();
  const added = await orPlain(api.add(peerUrl, signal));
  run.io.stdout.write(`Added member named ${newName} with ID ${added.id} to cluster\n`);
  const members = await orPlain(api.list(signal));
  const cluster = members.flatMap(({ id, name, peerURLs }) =>
    peerURLs.map((url) => `${id === added.id ? newName : name}=${url}`),
  );
  run.io.stdout.write(
    `\nETCD_NAME=${goQuote(newName)}\nETCD_INITIAL_CLUSTER=${goQuote(cluster.join(','))}\nETCD_INITIAL_CLUSTER_STATE="existing"\n`,
  );
  return V2Exit.Ok;
};

export const update: Action = async (run) => {
  expectArguments(
    run,
    2,
    'Provide an ID and a list of comma separated peerURL (0xabcd http://example.com,http://example1.com)',
  );
  const [id, peerUrls] = run.args as [string, string];
  const api = new MembersApi(await run.connect());
  await orPlain(api.update(id, peerUrls.split(','), run.deadline()));
  run.io.stdout.write(`Updated member with ID ${id} in cluster\n`);
  return V2Exit.Ok;
};

function removalPage(mode: Mode): string {
  const branch = is35(mode) ? 'main' : 'master';
  return `https://github.com/etcd-io/etcd/blob/${branch}/Documentation/runtime-configuration.md#remove-a-member`;
}

export const remove: Action = async (run) => {
  expectArguments(run, 1, 'Provide a single member ID');
  const [id] = run.args as [string];
  const api = new MembersApi(await run.connect());
  const signal = run.deadline();
  const members = await orPlain(api.list(signal), 'Error while verifying ID against known members: ');
  for (const member of members.filter(({ name }) => name === id)) {
    run.io.stderr.write(
      `Found a member named ${member.name}; if this is correct, please use its ID, eg:\n\tetcdctl member remove ${member.id}\n`,
    );
    run.io.stderr.write(`For more details, read the documentation at ${removalPage(run.mode)}\n\n`);
  }
  if (!members.some((member) => member.id === id)) {
    throw new Ending(V2Exit.Error, `Couldn't find a member in the cluster with an ID of ${id}.\n`);
  }
  try {
    await api.remove(id, signal);
  } catch (error) {
    const { text } = plainFailure(error, `Received an error trying to remove member ${id}: `);
    // etcdctl ends this line without a newline.
    throw new Ending(V2Exit.Error, text.trimEnd(), error);
  }
  run.io.stdout.write(`Removed member ${id} from cluster\n`);
  return V2Exit.Ok;
};
