/** The shipped templates for a repository with code run to their ends. */
import { runsToItsEnd } from './runs-to-its-end.js';

const test = 'node repo/test.mjs';

runsToItsEnd({ template: 'team-feature', vars: { test, docs: 'repo/docs/**' } });
runsToItsEnd({ template: 'team-bugfix', vars: { test } });
runsToItsEnd({
  template: 'team-deploy',
  // What is released works.
  files: { 'repo/src/add.mjs': 'export const add = (a, b) => a + b;\n' },
  vars: { test, deploy: 'true', smoke: test, undo: 'true' },
});
