import { badArguments, Failure } from '../../base/errors.js';
import { string } from '../../base/flags/declare.js';
import { parseGoUrl } from '../../base/go/url.js';

/** The flag of `member add` and `member update`. */
export function peerUrlsFlag(whose: string) {
  return { peerUrls: string(`comma separated peer URLs of the ${whose} member`, { value: 'URLS' }) };
}

/**
 * The peer URLs that were given.
 * @throws Failure when there are none, or one is not what etcd's client takes for a URL of a member.
 */
export function peerUrls(flags: { peerUrls: string }): string[] {
  const text = flags.peerUrls;
  if (text === '') throw badArguments('member peer urls not provided');
  return text.split(',');
}

/**
 * What etcd's client checks before it sends URLs.
 * @throws Failure with its text.
 */
export function checkPeerUrls(urls: readonly string[]): void {
  for (const url of urls) {
    const problem = problemOf(url.trim());
    if (problem !== undefined) throw new Failure(problem);
  }
}

function problemOf(text: string): string | undefined {
  let url: ReturnType<typeof parseGoUrl>;
  try {
    url = parseGoUrl(text);
  } catch (error) {
    return (error as Error).message;
  }
  if (url.scheme === 'unix' || url.scheme === 'unixs') return undefined;
  if (url.scheme !== 'http' && url.scheme !== 'https') {
    return `URL scheme must be http, https, unix, or unixs: ${text}`;
  }
  if (!/^(?:[^:[\]]*|\[[^[\]]*\]):[^:[\]]*$/.test(url.host)) {
    return `URL address does not have the form "host:port": ${text}`;
  }
  return url.path === '' ? undefined : `URL must not contain a path: ${text}`;
}
