/** What the owner answered to questions and reviews of steps, or did not answer in time. */
import { fieldText } from '../../../project/field-text.js';
import { questionState } from '../../../project/question-state.js';
import type { Snapshot } from '../../../workspace/types.js';
import { isPast } from '../engine/until.js';
import { topicOf } from '../page/effect-changes.js';
import type { Plan, PlanEvent } from '../types.js';

export function ownerAnswers(
  { project, steps }: Plan,
  { snapshot, time }: { readonly snapshot: Snapshot; readonly time: string },
): readonly PlanEvent[] {
  const asked = [...steps].filter(([, { state }]) => state === 'asked' || state === 'review');
  const topics = new Map(asked.map(([step]) => [topicOf(project, step), step]));
  const answers = snapshot.records('NOTIFICATION').flatMap((record): readonly PlanEvent[] => {
    const step = topics.get(fieldText(record, 'topic'));
    const found = step === undefined ? undefined : questionState(snapshot, record);
    if (step === undefined || found?.state !== 'answered') return [];
    return [{ kind: 'answered', time, step, answer: found.read.verdict === 'yes' ? 'yes' : 'no' }];
  });
  const isLate = asked.some(([, { until }]) => isPast(until, time));
  return isLate ? [...answers, { kind: 'tick', time }] : answers;
}
