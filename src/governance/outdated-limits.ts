/**
 * Questions about the limit of a night or a month that is over: there is nothing left to decide.
 */
import { limitAsked } from '../project/limit-question.js';
import { nightIn, ownerZone } from '../project/owner-zone.js';
import { isOpenQuestion } from '../project/question-state.js';
import { fieldText, fieldTime } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';
import type { BundleCall } from './bundle-call.js';
import { thisNight } from './raised-limits.js';

const LENGTH: Readonly<Record<string, number>> = {
  night: 'YYYY-MM-DD'.length,
  month: 'YYYY-MM'.length,
};

export function outdatedLimits(snapshot: Snapshot): readonly BundleCall[] {
  const now = thisNight(snapshot);
  const zone = ownerZone(snapshot);
  return snapshot
    .records('NOTIFICATION')
    .filter((question) => {
      const length = LENGTH[limitAsked(question)?.scope ?? ''];
      const time = fieldTime(question, 'time');
      const isShared = fieldText(question, 'project') === '';
      if (!isShared || length === undefined || time === undefined) return false;
      const asked = nightIn(zone, new Date(time));
      return asked.slice(0, length) !== now.slice(0, length) && isOpenQuestion(snapshot, question);
    })
    .map(({ key: id }) => ({
      bundle: 'notification_close',
      args: { id, reason: 'it is over: nobody answered in time' },
    }));
}
