import { age, name } from './cells.js';
import { defineTable } from './define.js';
import { text } from './read.js';

export const tables = {
  Lease: defineTable({ NAME: name, HOLDER: (lease) => text(lease, 'spec', 'holderIdentity'), AGE: age }),
  LeaseCandidate: defineTable({
    NAME: name,
    LEASENAME: (candidate) => text(candidate, 'spec', 'leaseName'),
    BINARYVERSION: (candidate) => text(candidate, 'spec', 'binaryVersion'),
    EMULATIONVERSION: (candidate) => text(candidate, 'spec', 'emulationVersion'),
    AGE: age,
  }),
};
