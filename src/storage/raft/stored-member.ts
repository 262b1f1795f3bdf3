/** A member as the bucket `members` has it. */
export interface StoredMember {
  id: bigint;
  name: string;
  isLearner: boolean;
  peerUrls: string[];
  clientUrls: string[];
}

/** Reads an entry: the ID in hex is its key, the rest is JSON. Undefined where it is no member: etcd would not start from it either. */
export function storedMember(key: Buffer, value: Buffer): StoredMember | undefined {
  const id = key.toString('latin1');
  const json = parsed(value);
  if (!/^[\da-f]{1,16}$/i.test(id) || typeof json !== 'object' || json === null) return undefined;
  const { name, isLearner, peerURLs, clientURLs } = json as Record<string, unknown>;
  return {
    id: BigInt(`0x${id}`),
    name: typeof name === 'string' ? name : '',
    isLearner: isLearner === true,
    peerUrls: textsOf(peerURLs),
    clientUrls: textsOf(clientURLs),
  };
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString());
  } catch {
    return undefined;
  }
}

function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
}
