/** The question of an agent to the owner. */
import { escalation } from '../escalation.js';
import { type Act, bundleAct } from '../act.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Graded } from '../types.js';

/** What the agent says only the owner can decide: the project waits for the answer. */
export function askForAgent(
  { outcome, runId }: Graded,
  slug: string,
  snapshot: Snapshot,
): readonly Act[] {
  const asked = outcome.report.escalation;
  if (asked === undefined || asked.question.trim() === '') return [];
  const priority = ['low', 'medium', 'high', 'critical'].includes(asked.priority)
    ? asked.priority
    : 'medium';
  const question = `${slug} asks: ${asked.question.trim()} Answer in your words, or no to pause the project.`;
  const asks = { slug, reason: `asked by the agent in ${runId}`, priority, question };
  return [bundleAct('T6', { ...escalation(snapshot, asks), detail: 'asked by the agent' })];
}
