import { versionAlone } from './cli/version-alone.js';

if (!versionAlone()) void import('./cli/run.js').then(({ runProcess }) => runProcess());
