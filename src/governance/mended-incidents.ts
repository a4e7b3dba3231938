/** Notices about a project that could not be read: they are closed once it can be. */
import { fieldText } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';
import type { BundleCall } from './bundle-call.js';
import { projectState } from './project-state.js';
import { isOpenQuestion } from '../project/question-state.js';

const STEM = 'load-';

/** Topic of the notice that the record of a project is missing or unclear. */
export function unreadableTopic(slug: string): string {
  return `${STEM}${slug}`;
}

export function mendedIncidents(snapshot: Snapshot): readonly BundleCall[] {
  return snapshot
    .records('NOTIFICATION')
    .filter((notice) => {
      const topic = fieldText(notice, 'topic');
      if (fieldText(notice, 'kind') !== 'incident' || !topic.startsWith(STEM)) return false;
      const slug = topic.slice(STEM.length);
      const isOver =
        snapshot.record('DISPATCH', slug) === undefined ||
        projectState(snapshot, slug).state !== 'missing';
      return isOver && isOpenQuestion(snapshot, notice);
    })
    .map((notice) => ({
      bundle: 'notification_close',
      args: { id: notice.key, reason: 'it is over: the project can be read' },
    }));
}
