/** Tasks that another node has for longer than it may: for `doctor`, which has no connection. */
import { plural } from '../../../kernel/words.js';
import { fieldInt, fieldText, instant } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { taskName } from './waiting-lanes.js';

const DEFAULT_MINUTES = 60;
/** Copying and judging come on top of the work. */
const SLACK_MINUTES = 10;
const MINUTE_MS = 60_000;
const WITH_A_NODE: readonly string[] = ['claimed', 'running'];

export type OverdueTask = { readonly task: string; readonly why: string };

export function overdueTasks(snapshot: Snapshot): readonly OverdueTask[] {
  return snapshot.records('MESH-TASK').flatMap((record): readonly OverdueTask[] => {
    const [state, node] = [fieldText(record, 'state'), fieldText(record, 'node')];
    if (!WITH_A_NODE.includes(state)) return [];
    const task = taskName(record.key);
    const since = lastEvent(snapshot, task);
    if (since === undefined) return [];
    const minutes = Math.round((snapshot.now.getTime() - since) / MINUTE_MS);
    const may = fieldInt(record, 'minutes') ?? DEFAULT_MINUTES;
    return minutes <= may + SLACK_MINUTES
      ? []
      : [{ task, why: `is with ${node} for ${plural(minutes, 'minute')}, and may take ${may}` }];
  });
}

/** When the log last had anything about the task: it names it `OWNER.TASK`. */
function lastEvent(snapshot: Snapshot, task: string): number | undefined {
  if (!snapshot.schema.objects.has('MESH-EVENT')) return undefined;
  for (const row of snapshot.rows('MESH-EVENT', { newestFirst: true, containing: task })) {
    const named = fieldText(row, 'task');
    if (named === task || named.endsWith(`.${task}`)) return instant(fieldText(row, 'time'));
  }
  return undefined;
}
