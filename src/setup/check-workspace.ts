/** Checks a new workspace: the gate and all rules. */
import { verifyGate } from '../integrity/gate.js';
import type { GateReport } from '../integrity/gate-report.js';
import { validate, type Validation } from '../validate/validate-snapshot.js';
import type { Workspace } from '../workspace/types.js';

export type Checked = { readonly gate: GateReport; readonly validation: Validation };

export async function checkWorkspace(workspace: Workspace): Promise<Checked> {
  return {
    gate: verifyGate(workspace.root, workspace.home),
    validation: await validate(workspace.snapshot(), { home: workspace.home }),
  };
}
