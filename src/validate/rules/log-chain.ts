/**
 * Rule log-chain: the chained logs are whole, and end where they were anchored outside the
 * workspace.
 */
import { gateFindings } from '../gate-findings.js';
import type { WorkspaceRule } from '../rule.js';

export const logChain: WorkspaceRule = {
  kind: 'workspace',
  id: 'log-chain',
  severity: 'error',
  suppressible: 'never',
  run: (context) => gateFindings(context, 'log-chain'),
};
