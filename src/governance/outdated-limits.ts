/**
 * Questions about the limit of a night or a month that is over: there is nothing left to decide.
 */
import { limitAsked } from '../project/limit-question.js';
import { monthIn, nightIn, ownerZone } from '../project/owner-zone.js';
import { isOpenQuestion } from '../project/question-state.js';
import { fieldText, fieldTime } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';
import type { BundleCall } from './bundle-call.js';

const PERIOD: Readonly<Record<string, (zone: string, instant: Date) => string>> = {
  night: nightIn,
  month: monthIn,
};

export function outdatedLimits(snapshot: Snapshot): readonly BundleCall[] {
  const zone = ownerZone(snapshot);
  return snapshot
    .records('NOTIFICATION')
    .filter((question) => {
      const periodOf = PERIOD[limitAsked(question)?.scope ?? ''];
      const time = fieldTime(question, 'time');
      const isShared = fieldText(question, 'project') === '';
      if (!isShared || periodOf === undefined || time === undefined) return false;
      const isOver = periodOf(zone, new Date(time)) !== periodOf(zone, snapshot.now);
      return isOver && isOpenQuestion(snapshot, question);
    })
    .map(({ key: id }) => ({
      bundle: 'notification_close',
      args: { id, reason: 'it is over: nobody answered in time' },
    }));
}
