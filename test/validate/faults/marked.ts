/** Faults that are written as edits, with `«»` around the place where they have to be found. */
import { edited, type Edit } from '../edit-workspace.js';
import type { Fault } from './fault.js';
import { fullFiles } from './full-workspace.js';

export type MarkedFault = readonly [kind: string, rule: string, ...edits: readonly Edit[]];

export function markedFaults(list: readonly MarkedFault[]): readonly Fault[] {
  return list.map(([kind, rule, ...edits]) => {
    const { files, marks } = edited(fullFiles(), edits);
    const [, page = '', line = '1'] = /^(.*):(\d+):\d+-/.exec(marks[0] ?? '') ?? [];
    return { kind, rule, page, line: Number(line), files };
  });
}
