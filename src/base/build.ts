/** What the builds put into the code (packaging/source.mjs); absent where the code runs as it was compiled. */
declare const KETCDCTL_VERSION: string | undefined;
declare const KETCDCTL_COMMIT: string | undefined;
declare const KETCDCTL_KUBERNETES: string | undefined;
declare const KETCDCTL_BUILD: 'package' | 'executable' | undefined;

/** ketcdctl's own version. */
export const VERSION = typeof KETCDCTL_VERSION === 'string' ? KETCDCTL_VERSION : '0.0.0-unbundled';

/** The commit that it was built from, `-dirty` behind it where files differed; empty where that is not known. */
export const COMMIT = typeof KETCDCTL_COMMIT === 'string' ? KETCDCTL_COMMIT : '';

/** The releases whose types are in the schema table: `1.8 to 1.37`. */
export const KUBERNETES = typeof KETCDCTL_KUBERNETES === 'string' ? KETCDCTL_KUBERNETES : '';

/** The npm package's bundle, the executable in one file, or the sources as they were compiled. */
export const BUILD = typeof KETCDCTL_BUILD === 'string' ? KETCDCTL_BUILD : 'source';
