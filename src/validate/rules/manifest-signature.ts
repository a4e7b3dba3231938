/**
 * Rule manifest-signature: the manifest is signed by the key that is trusted for this workspace; a
 * template that nobody owns yet is said to be one.
 */
import { gateFindings } from '../gate-findings.js';
import type { WorkspaceRule } from '../rule.js';

export const manifestSignature: WorkspaceRule = {
  kind: 'workspace',
  id: 'manifest-signature',
  severity: 'error',
  suppressible: 'never',
  run: (context) => gateFindings(context, 'manifest-signature'),
};
