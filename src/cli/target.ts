/**
 * Which cluster a command asks, and as whom. Flags and variables win; what they leave open is filled in by a context, where one is
 * named or current, and else by what this node's own files say. A drop-in looks at neither.
 */
import { type GlobalOptions, isDropIn } from '../base/contract.js';
import { ExitCode, Failure } from '../base/errors.js';
import { type ClusterContext, contextNamed } from '../node/contexts.js';
import { findNode, type NodeFindings } from '../node/find.js';
import type { GlobalFlags } from './global-flags.js';
import type { Surroundings } from './surroundings.js';

/** The options that this is about. */
export const TARGET_OPTIONS = [
  'endpoints',
  'cacert',
  'cert',
  'key',
  'insecureSkipTlsVerify',
  'user',
  'encryptionConfig',
  'origin',
] as const;

export type Target = Pick<GlobalOptions, (typeof TARGET_OPTIONS)[number]>;

const GIVEN = 'the command line or the environment';
const CERTIFICATE_FLAGS = ['cacert', 'cert', 'key'] as const;

/** @throws Failure for a context that there is not, and for `file:` alone where this node has no data directory */
export function targetOf(flags: GlobalFlags, around: Surroundings): Target {
  const given = givenTarget(flags);
  if (isDropIn(around.mode)) return given;
  const named = contextNamed(around.env, flags.context || around.env.KETCDCTL_CONTEXT || '');
  // A current context is the default; what says on the command line where to go is about another cluster.
  const wanted = flags.context !== '' || around.env.KETCDCTL_CONTEXT;
  if (named !== undefined && (wanted || !flags.given('endpoints'))) return withContext(given, flags, named);
  return withNode(given, flags, around);
}

function givenTarget(flags: GlobalFlags): Target {
  const hasCertificates = CERTIFICATE_FLAGS.some((name) => flags.given(name));
  return {
    endpoints: flags.endpoints,
    cacert: flags.cacert,
    cert: flags.cert,
    key: flags.key,
    insecureSkipTlsVerify: flags.insecureSkipTlsVerify,
    user: flags.user,
    encryptionConfig: flags.encryptionConfig,
    origin: {
      endpoints: flags.given('endpoints') ? GIVEN : 'the default',
      certificates: hasCertificates ? GIVEN : '',
    },
  };
}

function withContext(
  given: Target,
  flags: GlobalFlags,
  { name, context }: { name: string; context: ClusterContext },
): Target {
  const source = `context ${name}`;
  const target = { ...given, origin: { ...given.origin } };
  if (!flags.given('endpoints') && context.endpoints !== undefined) {
    target.endpoints = context.endpoints;
    target.origin.endpoints = source;
  }
  if (given.origin.certificates === '') {
    for (const each of CERTIFICATE_FLAGS) target[each] = context[each] ?? '';
    if (CERTIFICATE_FLAGS.some((each) => target[each] !== '')) target.origin.certificates = source;
  }
  if (!flags.given('insecureSkipTlsVerify')) target.insecureSkipTlsVerify = context.insecureSkipTlsVerify ?? false;
  if (!flags.given('user')) target.user = context.user ?? '';
  if (!flags.given('encryptionConfig')) target.encryptionConfig = context.encryptionConfig ?? '';
  return target;
}

function withNode(given: Target, flags: GlobalFlags, { io, root = '/' }: Surroundings): Target {
  const wantsDataDir = given.endpoints.length === 1 && given.endpoints[0] === 'file:';
  const wantsEndpoints = !flags.given('endpoints') && flags.discoverySrv === '';
  const wantsCertificates =
    given.origin.certificates === '' && !flags.given('insecureTransport') && mayUseTls(given.endpoints);
  if (!wantsDataDir && !wantsEndpoints && !wantsCertificates) return given;
  // To look through all processes takes some milliseconds, which an endpoint without a scheme is not worth.
  const filesOnly = !wantsDataDir && !wantsEndpoints && !given.endpoints.some((each) => each.startsWith('https:'));
  const node = findNode({ root, filesOnly });
  if (wantsDataDir) return { ...given, endpoints: [`file:${ownDataDir(node)}`] };
  const target = { ...given, origin: { ...given.origin } };
  if (wantsEndpoints && given.origin.certificates === '' && node.endpoints !== undefined) {
    target.endpoints = node.endpoints.value;
    target.origin.endpoints = node.endpoints.source;
  }
  // Endpoints without a scheme are asked by TLS where this node's own etcd is.
  const isTls = node.endpoints?.value.some((each) => each.startsWith('https:')) ?? false;
  if (wantsCertificates && isTls && mayUseTls(target.endpoints)) {
    if (node.certificates !== undefined) {
      Object.assign(target, node.certificates.value);
      target.origin.certificates = node.certificates.source;
    } else warn(node, io.stderr);
  }
  return target;
}

function mayUseTls(endpoints: readonly string[]): boolean {
  return endpoints.some((each) => !/^(?:http|unix|file):/i.test(each));
}

function warn({ notes }: NodeFindings, stderr: Surroundings['io']['stderr']): void {
  const closed = notes.find(({ needsRoot }) => needsRoot);
  if (closed !== undefined) {
    stderr.write(
      `warning: this node's certificates can't be read (${closed.path}: ${closed.problem}): try sudo, or see ketcdctl where\n`,
    );
  }
}

function ownDataDir(node: NodeFindings): string {
  if (node.dataDir !== undefined) return node.dataDir.value;
  throw new Failure('no data directory of an etcd was found on this node', {
    exitCode: ExitCode.BadArgs,
    hint: 'name it, or a snapshot: --endpoints file:PATH; ketcdctl where tells what was found',
  });
}
