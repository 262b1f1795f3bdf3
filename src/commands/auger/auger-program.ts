/** auger's commands. Their help is auger's own, word for word, and so is its spelling. */
import { bool, string } from '../../base/flags/declare.js';
import { EXTRACT_FLAGS, FILE_FLAG, OUTPUT_FLAG, REVISION_FLAG } from './flags.js';
import type { AugerCommand, Program } from './program.js';
import { completion, version } from './small-commands.js';

const DECODE: AugerCommand = {
  name: 'decode',
  short: 'Decode objects from the kubernetes binary key-value store encoding.',
  long: `
Decodes kubernetes objects from the binary key-value store encoding used
with etcd 3+.

Outputs data in a variety of formats including YAML, JSON and Protobuf.

YAML and JSON output conversion is performed using api-machinery
serializers and type declarations from the version of kubernetes
source this tool was built against. As a result, output may differ
from what is stored if the type declarations from the kubernetes
version that stored the data and the version of this tool are not
identical. If a type declaration has an incompatible change, or if a
type has been removed entirely, conversion may fail.

The binary format contains an "encoding prefix", an envelope (defined
by runtime.Unknown), and a protobuf payload.  The envelope contains
'meta' fields identifying the payload type.

Protobuf output requires no conversions and returns the exact bytes
of the protobuf payload.`,
  usage: 'decode [flags]',
  examples: `
        ETCDCTL_API=3 etcdctl get /registry/pods/default/<pod-name> \\
        --print-value-only | auger decode`,
  flags: {
    batchProcess: bool('If set, deccode batch of objects from os.Stdin'),
    file: string('Filename to read storage encoded data from'),
    metaOnly: bool('Output only content type and metadata fields'),
    ...OUTPUT_FLAG,
  },
  run: async (...call) => (await import('./decode.js')).runDecode(...call),
};

const ENCODE: AugerCommand = {
  name: 'encode',
  short: 'Encode objects to the kubernetes binary key-value store encoding.',
  long: `
Encodes kubernetes objects to the binary key-value store encoding used
with etcd 3+.`,
  usage: 'encode [flags]',
  examples: `
\t    cat pod.yaml | auger encode | \\
\t    ETCDCTL_API=3 etcdctl put /registry/pods/default/<pod-name>`,
  flags: {
    file: string('Filename to read input data from'),
    format: string('Input format. One of: json|yaml|proto', { short: 'f', default: 'yaml' }),
  },
  run: async (...call) => (await import('./encode.js')).runEncode(...call),
};

const EXTRACT: AugerCommand = {
  name: 'extract',
  short: "Extracts kubernetes data from the boltdb '.db' files etcd persists to.",
  long: `
Extracts kubernetes data stored by etcd into boltdb '.db' files.

May be used both to inspect the contents of a botldb file and to
extract specific data entries. Data may be looked up either by etcd
key and version, or by bolt page and item coordinates.

Etcd must stopped when using this tool, or it will wait indefinitely
for the '.db' file lock.`,
  usage: 'extract [flags]',
  examples: `
        # Find an etcd value by it's key and extract it from a boltdb file:
        auger extract -f <boltdb-file> -k /registry/pods/default/<pod-name>

        # List the keys and size of all entries in etcd
        auger extract -f <boltdb-file> --fields=key,value-size

        # Extract a specific field from each kubernetes object
        auger extract -f <boltdb-file> --template="{{.Value.metadata.creationTimestamp}}"

        # Extract kubernetes objects using a filter
        auger extract -f <boltdb-file> --filter=".Value.metadata.namespace=kube-system"

        # Extract the etcd value stored in page 10, item 0 of a boltdb file:
        bolt page --item 0 --value-only <boltdb-file> 10 | auger extract --leaf-item

        # Extract the etcd key stored in page 10, item 0 of a boltdb file:
        bolt page --item 0 --value-only <boltdb-file> 10 | auger extract --leaf-item --print-key
`,
  flags: EXTRACT_FLAGS,
  run: async (...call) => (await import('./extract.js')).runExtract(...call),
};

const ANALYZE: AugerCommand = {
  name: 'analyze',
  short: "Analyze kubernetes data from the boltdb '.db' files etcd persists to.",
  usage: 'analyze [flags]',
  flags: { ...FILE_FLAG },
  run: async (...call) => (await import('./analyze.js')).runAnalyze(...call),
};

const CHECKSUM: AugerCommand = {
  name: 'checksum',
  short: 'Checksum a etcd keyspace.',
  usage: 'checksum [flags]',
  flags: { ...FILE_FLAG, ...REVISION_FLAG },
  run: async (...call) => (await import('./checksum.js')).runChecksum(...call),
};

export const auger: Program = {
  name: 'auger',
  about: 'Inspect and analyze kubernetes objects in binary storage\nencoding used with etcd 3+ and boltdb.',
  commands: [ANALYZE, CHECKSUM, completion('auger'), DECODE, ENCODE, EXTRACT, version],
  globals: {},
};
