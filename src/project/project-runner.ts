/** Which runner does the work of a project: its own, or that of its model tier. */
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldText } from './field-text.js';

/** Empty if neither names one. */
export function runnerName(snapshot: Snapshot, project: Rec | undefined): string {
  const tier = snapshot.record('MODEL-TIER', fieldText(project, 'next_pass.model_tier'));
  return fieldText(project, 'next_pass.runner') || fieldText(tier, 'runner');
}
