/**
 * Rules manifest-signature, manifest-hash, protected-set and log-chain: they report what the gate
 * finds.
 */
import { gateFindings } from '../gate-findings.js';
import type { WorkspaceRule } from '../rule.js';

const IDS = ['protected-set', 'manifest-hash', 'manifest-signature', 'log-chain'];

export const GATE_RULES: readonly WorkspaceRule[] = IDS.map((id) => ({
  kind: 'workspace',
  id,
  severity: 'error',
  suppressible: 'never',
  run: (context) => gateFindings(context, id),
}));
