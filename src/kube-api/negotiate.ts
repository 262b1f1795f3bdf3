/** Which form an answer takes: what the client accepts, against what there is (apiserver, pkg/endpoints/handlers/negotiation). */
import { StatusError } from './status.js';

export type Encoding = 'json' | 'yaml' | 'protobuf';

/** What an answer may be made into before it is written. */
export type Transform = 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';

/** The form that was agreed on. */
export interface Media {
  encoding: Encoding;
  /** Undefined for the object itself. */
  as?: Transform;
  /** Of the transform's group, meta.k8s.io: `v1` or `v1beta1`. */
  version?: string;
  /** For people: with blanks and line ends (JSON alone). */
  pretty: boolean;
}

export const CONTENT_TYPES: Record<Encoding, string> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

const ALL: readonly Encoding[] = ['json', 'yaml', 'protobuf'];

/** One of the forms that a client lists, the preferred ones first. */
export interface Accepted {
  type: string;
  parameters: ReadonlyMap<string, string>;
}

/** The forms of an Accept header, by preference. */
export function acceptedForms(header: string): Accepted[] {
  const forms = header.split(',').map((clause) => {
    const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
    const parameters = new Map(rest.map((each) => each.split('=', 2) as [string, string]).filter(([name]) => name));
    const quality = Number(parameters.get('q') ?? 1);
    return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality };
  });
  return forms.sort((one, other) => other.quality - one.quality);
}

export interface Offer {
  /** Of the object itself; what it is made into can have all three. Default: all three. */
  encodings?: readonly Encoding[];
  /** What the answer can be made into. */
  transforms?: readonly Transform[];
  /** An encoding that is taken only where the client accepts no other. */
  lastResort?: Encoding | undefined;
  pretty?: boolean;
}

/**
 * The first form that the client accepts and that there is.
 * @throws StatusError 406, which lists what there is
 */
export function negotiate(header: string | undefined, offer: Offer): Media {
  const { encodings = ALL, pretty = false } = offer;
  const forms = header ? acceptedForms(header) : [];
  if (forms.length === 0) return { encoding: encodings[0]!, pretty };
  const media = forms.map((form) => mediaOf(form, offer)).filter((each) => each !== undefined);
  const chosen = media.find(({ encoding }) => encoding !== offer.lastResort) ?? media[0];
  if (!chosen) throw notAcceptable(encodings);
  return { ...chosen, pretty };
}

/** What there is of a form that the client accepts. */
function mediaOf(
  { type, parameters }: Accepted,
  { encodings = ALL, transforms = [] }: Offer,
): Omit<Media, 'pretty'> | undefined {
  const as = parameters.get('as');
  const encoding = (as === undefined ? encodings : ALL).find((each) => matches(type, CONTENT_TYPES[each]));
  if (!encoding || as === undefined) return encoding && { encoding };
  const version = parameters.get('v') ?? '';
  const transform = transforms.find((each) => each === as);
  const isKnown = parameters.get('g') === 'meta.k8s.io' && /^v1(beta1)?$/.test(version);
  if (!isKnown || !transform || (transform === 'Table' && encoding === 'protobuf')) return undefined;
  return { encoding, as: transform, version };
}

function matches(type: string, offered: string): boolean {
  return type === offered || type === '*/*' || (type === 'application/*' && offered.startsWith('application/'));
}

export function notAcceptable(encodings: readonly Encoding[] = ALL): StatusError {
  const streams = encodings.filter((each) => each !== 'yaml').map((each) => `${CONTENT_TYPES[each]};stream=watch`);
  const offered = [...encodings.map((each) => CONTENT_TYPES[each]), ...streams].join(', ');
  return new StatusError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${offered}`, {});
}
