import type { View } from './view.js';

/** A request as handlers see it: checked, its path without the name of its context. */
export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  accept: string | undefined;
  /** The content type of the body. */
  contentType: string | undefined;
  /** Whether the client is a person's: it gets JSON with line ends. */
  pretty: boolean;
  body: Buffer;
  /** The address that the client called: `127.0.0.1:6443`. */
  host: string;
  view: View;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}
