/** Put in by build.mjs, from package.json; absent where the code runs unbundled. */
declare const KETCDCTL_VERSION: string | undefined;

/** ketcdctl's own version. */
export const VERSION = typeof KETCDCTL_VERSION === 'string' ? KETCDCTL_VERSION : '0.0.0-unbundled';
