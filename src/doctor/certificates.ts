/** Every certificate that can be seen: in files of this node, shown by the members, and stored in the cluster. */
import type { ConnectionOptions } from '../connection/options.js';
import type { EtcdClient } from '../etcd/client.js';
import { certificateTexts } from '../k8s/certificate-texts.js';
import { Cluster } from '../k8s/cluster.js';
import type { StoredValues } from '../k8s/values.js';
import { type CertificateFacts, certificatesIn, daysLeft } from '../node/certificate.js';
import { connectionSteps } from './connect-steps.js';
import { listedMember } from './member-answers.js';

/** A certificate, and all places where it was seen. */
export interface SeenCertificate {
  facts: CertificateFacts;
  places: Place[];
}

export interface Place {
  /** How it was seen. */
  in: 'file' | 'handshake' | 'object';
  /** A path; an endpoint; `secrets shop/tls`. */
  at: string;
}

/** Certificates by what they are, each once. */
export class CertificateList {
  private readonly seen = new Map<string, SeenCertificate>();

  add(facts: CertificateFacts, place: Place): void {
    const known = this.seen.get(facts.fingerprint);
    if (!known) this.seen.set(facts.fingerprint, { facts, places: [place] });
    else if (!known.places.some((each) => each.in === place.in && each.at === place.at)) known.places.push(place);
  }

  /** The one that ends first is the first. */
  byEnd(): SeenCertificate[] {
    return [...this.seen.values()].sort((a, b) => a.facts.notAfter.getTime() - b.facts.notAfter.getTime());
  }
}

/** Whether it ends within so many days, or has ended. */
export function endsWithin({ facts }: SeenCertificate, days: number, now: Date): boolean {
  return daysLeft(facts, now) < days;
}

/** What could not be looked at. */
export interface Unseen {
  at: string;
  problem: string;
}

/**
 * What the members show to clients and to one another. Never throws.
 * @returns whom it could not see, and whether nobody answered at all
 */
export async function certificatesOfMembers(
  client: EtcdClient,
  connection: ConnectionOptions,
  list: CertificateList,
): Promise<{ unseen: Unseen[]; nobody: boolean }> {
  const given = await client.callable.resolveEndpoints();
  let problem = '';
  const members = await client.cluster
    .memberList({ linearizable: false })
    .then(({ members }) => members.map(listedMember))
    .catch((error: Error) => {
      problem = error.message;
      return [];
    });
  const urls = new Set([...given, ...members.flatMap(({ clientUrls, peerUrls }) => [...clientUrls, ...peerUrls])]);
  const seen = new Set<string>();
  const unseen: Unseen[] = [];
  await Promise.all(
    [...urls].map(async (url) => {
      const { certificate, steps } = await connectionSteps(url, connection);
      const failed = steps.find(({ ok }) => !ok);
      if (certificate) {
        seen.add(url);
        list.add(certificate, { in: 'handshake', at: url });
      } else if (failed) unseen.push({ at: url, problem: failed.text });
    }),
  );
  if (problem !== '') unseen.push({ at: given.join(', '), problem });
  return { unseen, nobody: problem !== '' };
}

/** What is stored. @throws RpcError when etcd does not answer */
export async function certificatesInObjects(
  client: EtcdClient,
  values: StoredValues,
  list: CertificateList,
): Promise<Unseen[]> {
  const cluster = await Cluster.open(client, { values });
  const closed = new Map<string, { count: number; problem: string }>();
  for await (const { resource, at, texts, problem } of certificateTexts(cluster)) {
    if (problem !== undefined) closed.set(resource, { count: (closed.get(resource)?.count ?? 0) + 1, problem });
    for (const text of texts) for (const facts of certificatesIn(text)) list.add(facts, { in: 'object', at });
  }
  return [...closed].map(([at, { count, problem }]) => ({ at: `${count} ${at}`, problem }));
}
