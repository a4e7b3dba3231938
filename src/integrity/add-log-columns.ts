/**
 * New columns in a chained log. Its rows get empty cells before the link, which does not change, so
 * the log keeps its head and its number of rows. Only its size and its opening are anchored again.
 * After a crash in between, the gate refuses the log until the owner accepts it with
 * `audit anchor`.
 */
import { readFileSync } from '../kernel/files.js';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { addColumns } from '../markdown/add-columns.js';
import type { ObjectSpec } from '../registry/types.js';
import { readAnchors, writeAnchors } from '../workspace/anchors.js';
import {
  type Failpoint,
  noFailpoint,
  removeIfThere,
  writeFileDurably,
} from '../workspace/durable.js';
import { withCommitMutex } from '../workspace/mutex.js';
import { recover } from '../workspace/recover.js';
import { endsOf } from './gate-logs.js';
import { readOpenings, writeOpenings } from './log-head.js';
import { verifyLog } from './verify-log.js';

export type LogColumns = {
  readonly file: string;
  readonly object: ObjectSpec;
  readonly fields: readonly string[];
};

/**
 * @throws NocturneError `GATE` if the log does not end at its anchor: a log that lost or gained
 * rows is never anchored here.
 */
export function addLogColumns(
  place: { readonly root: string; readonly state: string },
  { file, object, fields }: LogColumns,
  failpoint: Failpoint = noFailpoint,
): void {
  const { root, state } = place;
  const path = join(root, file);
  withCommitMutex(root, () => {
    recover(root, state);
    const { end: before, firstBad } = verifyLog(path, {
      file,
      anchors: () => endsOf(state, file),
    });
    if (firstBad !== undefined) throw unsound(file, firstBad.message);
    const text = addColumns(readFileSync(path, 'utf8'), {
      locator: object.locator,
      fields,
      before: 'chain',
    });
    const staged = join(state, 'log-with-columns.md');
    writeFileDurably(staged, text);
    const { end, head, firstBad: wrong } = verifyLog(staged, { file });
    removeIfThere(staged);
    if (wrong !== undefined || end === undefined || head === undefined || end.head !== before?.head)
      throw unsound(file, wrong?.message ?? 'the links of its rows would change');
    writeFileDurably(path, text);
    failpoint('log rewritten');
    writeOpenings(state, { ...readOpenings(state), [file]: head.opening });
    failpoint('opening stored');
    writeAnchors(state, { version: 1, logs: { ...readAnchors(state).logs, [file]: end } });
  });
}

function unsound(file: string, message: string): NocturneError {
  return new NocturneError('GATE', `${file} cannot get a new column: ${message}`, {
    file,
    hint: 'restore the log (nocturne audit verify shows what is wrong), then run nocturne upgrade again',
  });
}
