/** Rule tier-runner: the tiers that the program needs are there, and what they and the projects name can be started. */
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

const NEEDED = ['lightweight', 'standard', 'heavy'];
/** Kinds of runners that this version starts. */
const STARTED: ReadonlySet<string> = new Set(['command', 'chat']);

export const tierRunner: WorkspaceRule = {
  kind: 'workspace',
  id: 'tier-runner',
  severity: 'error',
  suppressible: 'never',
  run: ({ snapshot }) => [...missingTiers(snapshot), ...cannotStart(snapshot, 'MODEL-TIER', 'runner'), ...cannotStart(snapshot, 'PROJECT', 'next_pass.runner')],
};

function missingTiers(snapshot: Snapshot): Diagnostic[] {
  const file = snapshot.filesOf('MODEL-TIER')[0];
  // A table that is not found is record-shape.
  if (file === undefined || snapshot.recordDiagnostics(file).length > 0) return [];
  const tiers = snapshot.records('MODEL-TIER');
  const known = tiers.map((tier) => tier.key);
  const range = tiers.at(-1)?.range ?? fileRange(file);
  return NEEDED.filter((name) => !known.includes(name)).map((name) => ({ rule: 'tier-runner', severity: 'error', message: `there is no tier ${name}`, range, expected: NEEDED.join(', '), actual: known.join(', '), hint: 'add its row; projects and idle passes choose among the three' }));
}

function cannotStart(snapshot: Snapshot, name: string, field: string): Diagnostic[] {
  const object = snapshot.schema.objects.get(name);
  if (object === undefined) return [];
  return snapshot.records(name).flatMap((record: Rec): Diagnostic[] => {
    const runner = record.fields.get(field)?.value ?? '';
    const kind = runner === '' ? '' : (snapshot.record('RUNNER', runner)?.fields.get('kind')?.value ?? '');
    if (kind === '' || STARTED.has(kind)) return [];
    return [{ rule: 'tier-runner', severity: 'warning', message: `${record.key} uses the runner ${runner}, which is of kind ${kind}; this version cannot start it`, range: fieldRange(object, record, field), expected: [...STARTED].join(', '), actual: kind }];
  });
}
