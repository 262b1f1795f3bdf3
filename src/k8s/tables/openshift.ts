/** The tables of OpenShift, as `oc get` prints them. */
import { formatDuration } from '../../base/go/duration.js';
import { type Fields, field, type Value } from '../../k8s-decode/value.js';
import { instant } from './age.js';
import { name, withMore } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { annotation, has, list, number, object, scalar, size, text, texts } from './read.js';
import { routeTable } from './routes.js';

const at =
  (...path: string[]): Cell =>
  (value) =>
    text(value, ...path);

const listed =
  (...path: string[]): Cell =>
  (value) =>
    texts(value, ...path).join(', ');

export const tables = {
  Build: defineTable(
    {
      Name: name,
      Type: strategyType,
      From: source,
      Status: (build) => {
        const [phase, reason] = [text(build, 'status', 'phase'), text(build, 'status', 'reason')];
        return reason === '' ? phase : `${phase} (${reason})`;
      },
      Started: (build, now) => ago(field(build, 'status', 'startTimestamp'), now),
      Duration: (build) => {
        const nanoseconds = number(build, ['status', 'duration']);
        return nanoseconds > 0 ? formatDuration(BigInt(nanoseconds)) : '';
      },
    },
    { order: (one, other) => madeAt(one) - madeAt(other) },
  ),
  BuildConfig: defineTable({
    Name: name,
    Type: strategyType,
    From: (config) =>
      has(config, 'spec', 'strategy', 'customStrategy')
        ? text(config, 'spec', 'strategy', 'customStrategy', 'from', 'name')
        : source(config),
    Latest: (config) => number(config, ['status', 'lastVersion']),
  }),
  DeploymentConfig: defineTable({
    Name: name,
    Revision: (config) => number(config, ['status', 'latestVersion']),
    Desired: (config) => {
      const replicas = scalar(config, ['spec', 'replicas'], '0');
      return field(config, 'spec', 'test') === true ? `${replicas} (during test)` : replicas;
    },
    Current: (config) => number(config, ['status', 'updatedReplicas']),
    'Triggered By': triggers,
  }),
  Group: defineTable({ Name: name, Users: listed('users') }),
  Identity: defineTable({
    Name: name,
    'IDP Name': at('providerName'),
    'IDP User Name': at('providerUserName'),
    'User Name': at('user', 'name'),
    'User UID': at('user', 'uid'),
  }),
  Image: defineTable({ Name: name, 'Image Reference': at('dockerImageReference') }),
  ImageStream: defineTable({
    Name: name,
    'Image Repository': (stream) =>
      text(stream, 'status', 'publicDockerImageRepository') ||
      text(stream, 'spec', 'dockerImageRepository') ||
      text(stream, 'status', 'dockerImageRepository'),
    Tags: (stream) => fittingTags(sortedTags(list(stream, 'status', 'tags').map((tag) => text(tag, 'tag')))),
    Updated: (stream, now) => {
      const newest = list(stream, 'status', 'tags').map((tag) => field(list(tag, 'items')[0], 'created'));
      return ago(newest.sort((one, other) => (instant(other) ?? 0) - (instant(one) ?? 0))[0], now);
    },
  }),
  OAuthClient: defineTable({
    Name: name,
    Secret: at('secret'),
    'WWW-Challenge:boolean': (client) => field(client, 'respondWithChallenges') === true,
    'Token-Max-Age': (client) => scalar(client, ['accessTokenMaxAgeSeconds'], 'default'),
    'Redirect URIs': (client) => texts(client, 'redirectURIs').join(','),
  }),
  Project: defineTable({
    Name: name,
    'Display Name': (project) => annotation(project, 'openshift.io/display-name') ?? '',
    Status: at('status', 'phase'),
  }),
  Route: routeTable,
  Template: defineTable({
    Name: name,
    Description: description,
    Parameters: parameters,
    'Objects:integer': (template) => size(template, 'objects'),
  }),
  User: defineTable({
    Name: name,
    UID: at('metadata', 'uid'),
    'Full Name': at('fullName'),
    Identities: listed('identities'),
  }),
};

const STRATEGIES = { dockerStrategy: 'Docker', sourceStrategy: 'Source', customStrategy: 'Custom' };

function strategyType(build: Fields): string {
  const strategy = object(build, 'spec', 'strategy');
  const found = Object.entries(STRATEGIES).find(([key]) => has(strategy, key));
  if (found) return found[1];
  return has(strategy, 'jenkinsPipelineStrategy') ? 'JenkinsPipeline' : '';
}

/** Where a build has its source from, with the commit where git is part of it: `Git@abc1234`. */
function source(build: Fields): string {
  const kinds = object(build, 'spec', 'source');
  const git = has(kinds, 'git');
  if (has(kinds, 'binary')) return withRevision('Binary', build);
  if (has(kinds, 'dockerfile')) return git ? withRevision('Dockerfile,Git', build) : 'Dockerfile';
  return git ? withRevision('Git', build) : '';
}

function withRevision(kind: string, build: Fields): string {
  const revision = text(build, 'spec', 'revision', 'git', 'commit') || text(build, 'spec', 'source', 'git', 'ref');
  const isHash = /^[0-9a-fA-F]{21,}$/.test(revision);
  return revision === '' ? kind : `${kind}@${isHash ? revision.slice(0, 7) : revision}`;
}

function madeAt(build: Fields): number {
  return instant(field(build, 'metadata', 'creationTimestamp')) ?? 0;
}

/** `config,image(web:latest)`: what starts a deployment by itself. */
function triggers(config: Fields): string {
  const containers = list(config, 'spec', 'template', 'spec', 'containers').map((each) => text(each, 'name'));
  const shown = list(config, 'spec', 'triggers').flatMap((trigger) => {
    const type = text(trigger, 'type');
    if (type === 'ConfigChange') return ['config'];
    return type === 'ImageChange' ? imageTrigger(trigger, containers) : [type];
  });
  return [...new Set(shown)].sort().join(',');
}

function imageTrigger(trigger: Value, containers: readonly string[]): string[] {
  const change = object(trigger, 'imageChangeParams');
  if (field(change, 'automatic') !== true) return [];
  const meant = texts(change, 'containerNames').sort();
  const isOfAll = containers.length === 1 || meant.every((each) => containers.includes(each));
  const image = `${isOfAll ? '' : `${meant.join(',')}:`}${text(change, 'from', 'name')}`;
  const kind = text(change, 'from', 'kind');
  return [kind === 'ImageStreamTag' ? `image(${image})` : `${kind}(${image})`];
}

/** `latest`, then versions from the newest on, then the others by name. */
function sortedTags(tags: readonly string[]): string[] {
  const rank = (tag: string) => (tag === 'latest' ? 0 : /^v?\d+(\.\d+)*/.test(tag) ? 1 : 2);
  const parts = (tag: string) => tag.replace(/^v/, '').split(/[.-]/).map(Number);
  return [...tags].sort((one, other) => {
    if (rank(one) !== rank(other)) return rank(one) - rank(other);
    if (rank(one) !== 1) return one < other ? -1 : 1;
    const [a, b] = [parts(one), parts(other)];
    const differs = a.findIndex((part, i) => part !== b[i]);
    return differs < 0 ? 0 : (b[differs] ?? -1) - a[differs]!;
  });
}

/** The width that tags should not go beyond, by more than a quarter of it. */
const TAGS_WIDTH = 40;

function fittingTags(tags: readonly string[]): string {
  let left = TAGS_WIDTH;
  let shown = 0;
  for (const tag of tags) {
    const before = left;
    left -= tag.length + 1;
    // A tag more is shown where much of the width would be empty without it, and little too much is taken with it.
    const makesEven = before - 1 > TAGS_WIDTH / 4 && -left <= TAGS_WIDTH / 4;
    if (left < 0 && shown > 0 && !makesEven) break;
    shown++;
  }
  return withMore(tags.slice(0, shown).join(','), tags.length - shown);
}

const LONGEST_DESCRIPTION = 80;

function description(template: Fields): string {
  const whole = annotation(template, 'description') ?? '';
  const [line = ''] = whole.split('\n');
  const first = whole.includes('\n') ? `${line}...` : line;
  return first.length > LONGEST_DESCRIPTION ? `${first.slice(0, LONGEST_DESCRIPTION - 3)}...` : first;
}

/** How many parameters there are, and how many of them have no value, or one that is made up. */
function parameters(template: Fields): string {
  const all = list(template, 'parameters');
  const generated = all.filter((each) => text(each, 'generate') !== '').length;
  const blank = all.filter((each) => text(each, 'generate') === '' && text(each, 'value') === '').length;
  if (blank > 0) return `${all.length} (${blank} blank)`;
  return `${all.length} (${generated > 0 ? `${generated} generated` : 'all set'})`;
}

const [MINUTE, HOUR, DAY] = [60, 60 * 60, 24 * 60 * 60];

/** `2 hours ago`, by the steps and words of Docker's clients; empty for no time. */
function ago(time: Value | undefined, now: number): string {
  const then = instant(time);
  return then === undefined ? '' : `${roughly((now - then) / 1000)} ago`;
}

function roughly(seconds: number): string {
  if (seconds < 1) return 'Less than a second';
  if (seconds < 2) return '1 second';
  if (seconds < MINUTE) return `${Math.floor(seconds)} seconds`;
  if (seconds < 2 * MINUTE) return 'About a minute';
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} minutes`;
  const hours = Math.floor(seconds / HOUR + 0.5);
  if (hours <= 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  const days = Math.floor(hours / 24);
  if (days < 14) return `${days} days`;
  if (days < 60) return `${Math.floor(days / 7)} weeks`;
  if (days < 730) return `${Math.floor(days / 30)} months`;
  return `${Math.floor(seconds / DAY / 365)} years`;
}
