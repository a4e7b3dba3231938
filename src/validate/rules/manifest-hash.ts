/** Rule manifest-hash: each protected file is what was signed. */
import { gateFindings } from '../gate-findings.js';
import type { WorkspaceRule } from '../rule.js';

export const manifestHash: WorkspaceRule = {
  kind: 'workspace',
  id: 'manifest-hash',
  severity: 'error',
  suppressible: 'never',
  run: (context) => gateFindings(context, 'manifest-hash'),
};
