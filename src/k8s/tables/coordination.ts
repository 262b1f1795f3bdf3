import { age, name } from './cells.js';
import { defineTable } from './define.js';
import { text } from './read.js';

export const tables = {
  Lease: defineTable({ Name: name, Holder: (lease) => text(lease, 'spec', 'holderIdentity'), Age: age }),
  LeaseCandidate: defineTable({
    Name: name,
    LeaseName: (candidate) => text(candidate, 'spec', 'leaseName'),
    BinaryVersion: (candidate) => text(candidate, 'spec', 'binaryVersion'),
    EmulationVersion: (candidate) => text(candidate, 'spec', 'emulationVersion'),
    Age: age,
  }),
};
