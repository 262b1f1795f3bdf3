/** What is known of a cluster before anything is judged. Whatever could not be learned is undefined, and says why where that matters. */
import type { CertificateFacts } from '../node/certificate.js';
import type { Metrics } from './metrics.js';

/** One step on the way to a member, in their order: `DNS`, `TCP`, `TLS`, `gRPC`, `login`. */
export interface ConnectionStep {
  step: 'DNS' | 'TCP' | 'TLS' | 'gRPC';
  ok: boolean;
  /** What was learned: an address, a version of TLS; or why it failed. */
  text: string;
  hint?: string | undefined;
}

/** A member as another one lists it. */
export interface ListedMember {
  id: string;
  name: string;
  isLearner: boolean;
  peerUrls: string[];
  clientUrls: string[];
}

export interface MemberStatus {
  id: string;
  version: string;
  storageVersion: string;
  dbSize: number;
  dbSizeInUse: number;
  /** 0 where the member does not tell. */
  quota: number;
  leader: string;
  isLearner: boolean;
  raftTerm: bigint;
  raftIndex: bigint;
  raftAppliedIndex: bigint;
  revision: bigint;
  errors: string[];
}

export interface MemberFacts {
  endpoint: string;
  steps: ConnectionStep[];
  certificate?: CertificateFacts;
  /** Without one the member did not answer: {@link error}. */
  status?: MemberStatus;
  error?: string;
  hint?: string | undefined;
  /** The members as this one lists them, without asking the others. */
  listed?: ListedMember[];
  alarms?: { memberId: string; alarm: string }[];
  /** Of the history at {@link ClusterFacts.hashRevision}. */
  hash?: { hash: number; compactRevision: string };
  /** Milliseconds that a read through consensus took, or why there is none. */
  readMs?: number;
  readError?: string;
  /** Two readings, some seconds apart. */
  metrics?: { before: Metrics; after: Metrics; seconds: number };
  metricsProblem?: string;
}

/** A kind of object and what is stored of it. */
export interface KindFacts {
  kind: string;
  count: number;
  bytes: number;
  /** Changes a second while it was looked. */
  writesPerSecond: number;
}

export interface ObjectFacts {
  kinds: KindFacts[];
  /** Values of more than a MiB, the largest first. */
  large: { key: string; bytes: number }[];
  /** Values that do not decode, or for which there is no key. */
  broken: { key: string; problem: string }[];
  brokenCount: number;
}

export interface ClusterFacts {
  now: Date;
  /** A file is asked in place of members. */
  isFile: boolean;
  members: MemberFacts[];
  hashRevision?: bigint;
  leases?: number;
  leasesProblem?: string;
  objects?: ObjectFacts;
  objectsProblem?: string;
  /** The client's own certificate. */
  clientCertificate?: { path: string; facts: CertificateFacts };
  /** Leader changes, writes and so on were watched for so many seconds. */
  watchedSeconds: number;
}

/** The members that answered. */
export function answering({ members }: ClusterFacts): (MemberFacts & { status: MemberStatus })[] {
  return members.filter((member): member is MemberFacts & { status: MemberStatus } => member.status !== undefined);
}

/** All members that any member lists, each once. */
export function allListed({ members }: ClusterFacts): ListedMember[] {
  const byId = new Map(members.flatMap(({ listed = [] }) => listed).map((member) => [member.id, member]));
  return [...byId.values()];
}

/** How many of so many voting members make a quorum. */
export function quorumOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}
