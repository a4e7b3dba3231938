/** The shipped templates for texts and upkeep run to their ends. */
import { runsToItsEnd } from './runs-to-its-end.js';

runsToItsEnd(
  { template: 'overnight-research', vars: { aspects: 'what it is, what it costs' } },
  { aspects: 'what it is' },
);
runsToItsEnd(
  { template: 'weekly-digest', vars: { sources: 'the changelog, the issues' } },
  { sources: 'the changelog' },
);
runsToItsEnd({ template: 'dependency-upkeep', vars: { test: 'node repo/test.mjs' } });
