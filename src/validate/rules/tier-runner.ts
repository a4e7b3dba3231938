/** Rule tier-runner: the model tiers that Nocturne needs exist. */
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import { nearestName } from '../../kernel/nearest-name.js';
import type { Snapshot } from '../../workspace/types.js';
import type { WorkspaceRule } from '../rule.js';

const NEEDED = ['lightweight', 'standard', 'heavy'];

export const tierRunner: WorkspaceRule = {
  kind: 'workspace',
  id: 'tier-runner',
  severity: 'error',
  suppressible: 'never',
  run: ({ snapshot }) => [...missingTiers(snapshot), ...almostTiers(snapshot)],
};

/** Nocturne looks for these by name, and does without them if it finds none. */
const SPECIAL = ['idle', 'manager', 'grader'];

function almostTiers(snapshot: Snapshot): Diagnostic[] {
  const tiers = snapshot.records('MODEL-TIER');
  return tiers.flatMap((tier): Diagnostic[] => {
    const meant = nearestName(tier.key, SPECIAL);
    if (meant === undefined || meant === tier.key || tiers.some(({ key }) => key === meant))
      return [];
    return [
      {
        rule: 'tier-runner',
        severity: 'warning',
        message: `the tier ${tier.key} is not the tier ${meant}, which Nocturne looks for`,
        range: tier.range,
        expected: meant,
        actual: tier.key,
        hint: `write ${meant}, or choose a name that is less like it`,
      },
    ];
  });
}

function missingTiers(snapshot: Snapshot): Diagnostic[] {
  const file = snapshot.filesOf('MODEL-TIER')[0];
  // record-shape reports a missing table.
  if (file === undefined || snapshot.recordDiagnostics(file).length > 0) return [];
  const tiers = snapshot.records('MODEL-TIER');
  const tierNames = tiers.map((tier) => tier.key);
  const range = tiers.at(-1)?.range ?? fileRange(file);
  return NEEDED.filter((name) => !tierNames.includes(name)).map((name) => ({
    rule: 'tier-runner',
    severity: 'error',
    message: `there is no tier ${name}`,
    range,
    expected: NEEDED.join(', '),
    actual: tierNames.join(', '),
    hint: 'add its row; projects name one of these three',
  }));
}
