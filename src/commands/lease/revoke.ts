import { isDropIn } from '../../base/contract.js';
import { ExitCode, Failure, failureText } from '../../base/errors.js';
import { headerFields } from '../../output/fields.js';
import { outputFormat } from '../../output/format.js';
import { hexLease } from '../../output/ids.js';
import { print } from '../../output/response.js';
import type { CommandSpec, Run } from '../command.js';
import { parseLease } from './shared.js';

export const spec = {
  usage: 'lease revoke <leaseID>',
  description: 'Ends a lease and deletes the keys under it.',
  examples: ['ketcdctl lease revoke 32695410dcc0ca06'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const [text] = args;
  if (text === undefined || args.length !== 1) {
    throw new Failure('lease revoke command needs 1 argument', { exitCode: ExitCode.BadArgs });
  }
  const ID = parseLease(text, 'lease ID arg');
  const format = outputFormat(context);
  const client = await context.connect();
  const response = await client.lease.leaseRevoke({ ID }).catch((error) => {
    const reason = failureText(error, isDropIn(context.mode));
    throw new Failure(`failed to revoke lease (${reason})`, { cause: error });
  });
  await print(context, format, {
    message: 'LeaseRevokeResponse',
    response,
    simple: () => [`lease ${hexLease(ID)} revoked\n`],
    fields: () => headerFields(context, response.header),
    protobuf: false,
  });
};
