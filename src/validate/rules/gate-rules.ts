/**
 * Rules manifest-signature, manifest-hash, protected-set and log-chain: they report what the gate
 * finds.
 */
import { isProtected } from '../../integrity/protected-files.js';
import { gateFindings } from '../gate-findings.js';
import type { WorkspaceRule } from '../rule.js';

const IDS = ['protected-set', 'manifest-hash', 'manifest-signature', 'log-chain'];

export const GATE_RULES: readonly WorkspaceRule[] = IDS.map((id) => ({
  kind: 'workspace',
  id,
  severity: 'error',
  suppressible: 'never',
  mayErrIn: (snapshot, path) =>
    isProtected(snapshot.schema, path) ||
    snapshot.objectsOf(path).some(({ object, shape }) => shape === 'log' || object === 'MANIFEST'),
  run: (context) => gateFindings(context, id),
}));
