/** T5: the grader on another node that MESH.md names, with its own model. */
import { sha256 } from '../../../kernel/hash.js';
import { messageOf } from '../../../kernel/error.js';
import type { ToGrade } from '../../../passes/judge/grade-question.js';
import type { GradedElsewhere, ModuleContext } from '../../../passes/module.js';
import { askService } from '../calls/ask-service.js';
import type { CallOutcome } from '../calls/call.js';
import { meshSettings, settingsNow } from '../settings.js';

const IDLE_MS = 60_000;
const TOTAL_MS = 10 * 60_000;

/** Nothing where the owner named none, or where the mesh is off. */
export async function gradeElsewhere(
  toGrade: () => ToGrade,
  { workspace, snapshot, runId, signal }: ModuleContext,
): Promise<GradedElsewhere | undefined> {
  if ((meshSettings(snapshot)?.grader ?? '') === '') return undefined;
  const target = settingsNow(workspace)?.grader ?? '';
  if (target === '') return undefined;
  try {
    const asked = toGrade();
    const call = {
      ...({ target, kind: 'review', body: asked, idleMs: IDLE_MS, totalMs: TOTAL_MS } as const),
      // The same result is graded once, however often the pass asks.
      key: `review-${runId}-${sha256(JSON.stringify(asked)).slice(0, 16)}`,
    };
    const [outcome] = await askService(workspace, call, { signal, onChunk: () => undefined });
    return await gradedBy(outcome);
  } catch (error) {
    return { kind: 'unknown', why: messageOf(error) };
  }
}

async function gradedBy(outcome: CallOutcome | undefined): Promise<GradedElsewhere> {
  if (outcome?.kind !== 'answered')
    return { kind: 'unknown', why: outcome?.why ?? 'nobody was asked' };
  const { REVIEW } = await import('./review-calls.js');
  const read = REVIEW.safeParse(outcome.value);
  if (!read.success)
    return { kind: 'unknown', why: `what ${outcome.node} answered is not a grade` };
  const { answer, model } = read.data;
  return { kind: 'answered', by: `${model} on ${outcome.node}`, answer };
}
