/**
 * A draft that the owner accepted becomes a project; what only the owner may set starts from the
 * template's values, not from the draft.
 */
import { posix } from 'node:path';
import { fieldInt, fieldText } from '../../project/field-text.js';
import { stamp } from '../../kernel/clock.js';
import { NocturneError } from '../../kernel/error.js';
import { appendRecord } from '../../markdown/edit-records.js';
import type { Rec, Value } from '../../markdown/types.js';
import { PHASES_FILE } from '../../project/phases.js';
import type { Change, Snapshot } from '../../workspace/types.js';
import type { BundleAct } from '../act.js';

/** Fields of a draft that an agent wrote and that are taken over. */
const TAKEN = [
  'mission',
  'phase.name',
  'phase.objective',
  'next_pass.objective',
  'next_pass.pass_type',
] as const;

export function acceptDraft(
  snapshot: Snapshot,
  accepted: { readonly slug: string; readonly authorisation: string },
): { changes: readonly Change[]; bundles: readonly BundleAct[] } {
  const draft = snapshot.record('DRAFT', accepted.slug);
  if (draft === undefined)
    throw new NocturneError('NOT_FOUND', `the draft "${accepted.slug}" no longer exists`, {
      hint: 'answer no to close the question',
    });
  const file = posix.join(posix.dirname(draft.file), 'LONGRUNNER.md');
  const fields: Record<string, Value> = {};
  for (const name of TAKEN)
    if (fieldText(draft, name) !== '') fields[name] = fieldText(draft, name);
  Object.assign(fields, {
    'phase.status': 'active',
    'phase.started': stamp(snapshot.now),
    'next_pass.model_tier': 'standard',
    'next_pass.writes': ['outputs/**'],
  });
  if (fields['next_pass.objective'] === undefined)
    fields['next_pass.objective'] = fields['phase.objective'] ?? '';
  const priorities = snapshot.records('DISPATCH').map((row) => fieldInt(row, 'priority') ?? 0);
  const args = {
    slug: accepted.slug,
    priority: Math.min(999, Math.max(0, ...priorities) + 1),
    longrunner: file,
    phase: fieldText(draft, 'phase.name') || 'first',
    authorisation: accepted.authorisation,
  };
  return {
    changes: [
      {
        kind: 'insert',
        object: 'PROJECT',
        key: accepted.slug,
        fields,
        body: `\n# ${accepted.slug}\n`,
      },
      {
        kind: 'write',
        path: posix.join(posix.dirname(file), PHASES_FILE),
        content: phasesOf(snapshot, draft),
      },
      { kind: 'delete', path: draft.file },
    ],
    bundles: [{ name: 'draft_accept', args, detail: 'the owner accepted the draft' }],
  };
}

/** The draft's phase, with the conditions that the owner has seen. */
function phasesOf(snapshot: Snapshot, draft: Rec): string {
  const spec = snapshot.schema.objects.get('PHASES');
  if (spec === undefined)
    throw new NocturneError('SCHEMA', 'REGISTRY.md does not declare PHASES', {
      file: snapshot.schema.file,
      hint: 'restore its row of R1',
    });
  const data = (name: string): Value => (draft.fields.get(name)?.data as Value | undefined) ?? [];
  return appendRecord('# Phases\n', spec, {
    id: fieldText(draft, 'phase.name'),
    objective: fieldText(draft, 'phase.objective'),
    successors: [],
    stop_condition: data('phase.stop_condition'),
    criteria: data('next_pass.criteria'),
  });
}
