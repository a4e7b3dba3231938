/** Rule protected-set: the files that R3 protects are those that the manifest vouches for. */
import { gateFindings } from '../gate-findings.js';
import type { WorkspaceRule } from '../rule.js';

export const protectedSet: WorkspaceRule = {
  kind: 'workspace',
  id: 'protected-set',
  severity: 'error',
  suppressible: 'never',
  run: (context) => gateFindings(context, 'protected-set'),
};
