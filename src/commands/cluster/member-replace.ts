import { badArguments, Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import { hexId } from '../../output/ids.js';
import { askMembers, type Member, titleOf } from '../../repair/members.js';
import {
  type ReplaceOptions,
  type ReplaceStep,
  refuseLast,
  replaceMember,
  replacePlan,
} from '../../repair/replace-member.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { findMember } from './member-id.js';
import { FORCE_FLAG, WAIT_FLAGS, waitOptions } from './membership.js';
import { checkPeerUrls } from './peer-urls.js';
import { environmentText, flagsText, startSettings } from './start-settings.js';

export const spec = {
  usage: 'member replace <member> [options]',
  complete: 'member',
  description: `Puts a new member in the place of another one, dead or alive, and never loses the quorum on the way: shows the arithmetic and the steps, and with --yes takes them. <member> is its ID or its name.

Without --peer-urls the new one stands at the old one's address: the same machine with an empty data directory. A living member is removed last when the new one has an address of its own, else first.`,
  examples: [
    'ketcdctl member replace master-3 # shows the steps',
    'ketcdctl member replace master-3 --yes',
    'ketcdctl member replace master-3 --name master-4 --peer-urls https://10.0.0.4:2380 --yes',
  ],
  flags: {
    name: string('name of the new member; by default the old one’s', { value: 'NAME' }),
    peerUrls: string('comma separated peer URLs of the new member; by default the old one’s', { value: 'URLS' }),
    yes: bool('take the steps'),
    ...WAIT_FLAGS,
    ...FORCE_FLAG,
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [text] = args;
  if (text === undefined || args.length > 1) throw badArguments('member replace needs one argument, a member');
  const client = await context.connect();
  const id = hexId(await findMember(context, client, text));
  const members = await askMembers(client);
  const old = members.all.find((member) => member.id === id);
  if (old === undefined) throw new Failure(`member ${id} is gone`);
  refuseLast(members, old);
  const options = optionsOf(context, old, flags);
  const [now = '', then = '', ...steps] = replacePlan(members, old, options);
  const numbered = steps.map((step, i) => `${i + 1}. ${step}\n`);
  await context.stderr.write(`${now}\n${then}\n${numbered.join('')}`);
  if (!flags.yes) {
    await context.stderr.write('Nothing was changed: --yes takes these steps\n');
    return;
  }
  for await (const step of replaceMember(client, members, old, options)) await tell(context, options, step);
};

function optionsOf(context: CommandContext, old: Member, flags: Flags<typeof spec>): ReplaceOptions {
  const peerUrls = flags.peerUrls === '' ? old.peerUrls : flags.peerUrls.split(',');
  checkPeerUrls(peerUrls);
  const name = flags.name || old.name;
  if (name === '') throw badArguments('the old member never started and has no name: give --name');
  return { ...waitOptions(context, flags), name, peerUrls, force: flags.force };
}

async function tell({ stdout, stderr }: CommandContext, { name }: ReplaceOptions, step: ReplaceStep): Promise<void> {
  switch (step.step) {
    case 'leader moved':
      await stderr.write(`Leadership moved to ${titleOf(step.to)}\n`);
      break;
    case 'removed':
      await stderr.write(`Removed ${titleOf(step.member)} (${step.member.id})\n`);
      break;
    case 'added': {
      const asListed = ({ id, name, peerUrls }: Member) => ({ ID: id, name, peerURLs: peerUrls });
      const settings = startSettings(asListed(step.member), [step.member, ...step.others].map(asListed), name);
      await stdout.write(`Member ${step.member.id} added as learner\n${environmentText(settings)}`);
      await stdout.flush();
      await stderr.write(flagsText(settings));
      break;
    }
    case 'promoted':
      await stderr.write(`${name} (${step.member.id}) has caught up, and has its vote now\n`);
  }
}
