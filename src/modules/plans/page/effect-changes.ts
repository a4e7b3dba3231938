/** What the owner is asked and told because of an event, as part of its change. */
import { fieldText } from '../../../project/field-text.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { Change, Notice, Snapshot } from '../../../workspace/types.js';
import type { PlanEffect } from '../types.js';

export type EffectChanges = {
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
};

/** The topic of a question about a step. */
export function topicOf(project: string, step: string): string {
  return `plan/${project}/${step}`;
}

export function effectChanges(
  snapshot: Snapshot,
  project: string,
  { effects, told }: { readonly effects: readonly PlanEffect[]; readonly told: readonly string[] },
): EffectChanges {
  const changes: Change[] = [];
  const notices: Notice[] = told.map((text) => ({
    priority: 'medium',
    kind: 'note',
    project,
    action_needed: text,
  }));
  const asked = new Map<string, string>();
  const closed = new Set<string>();
  for (const effect of effects) {
    if (effect.kind === 'ask') asked.set(effect.step, effect.question);
    if (effect.kind === 'close-question') {
      asked.delete(effect.step);
      closed.add(effect.step);
    }
  }
  for (const id of openQuestions(snapshot, project, closed))
    changes.push(...bundleChanges(snapshot, 'notification_close', { id }).changes);
  for (const [step, question] of asked)
    notices.push({
      priority: 'high',
      kind: 'proposal',
      project,
      action_needed: question,
      topic: topicOf(project, step),
    });
  return { changes, notices };
}

function openQuestions(
  snapshot: Snapshot,
  project: string,
  steps: ReadonlySet<string>,
): readonly string[] {
  const topics = new Set([...steps].map((step) => topicOf(project, step)));
  return snapshot
    .records('NOTIFICATION')
    .filter(
      (record) => topics.has(fieldText(record, 'topic')) && fieldText(record, 'status') !== 'done',
    )
    .map(({ key }) => key);
}
