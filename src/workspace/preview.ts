/** What a change set would do, computed as in a commit, without writing or using up an id. */
import { clipped } from '../kernel/words.js';
import { dateStamp, stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { diffFields, type FieldDifference } from './field-diff.js';
import { overlay } from './overlay.js';
import { applyChange, emptyDraft, type LogRow } from './plan.js';
import type { Change, ChangeSet, Notice, Snapshot } from './types.js';

export type PreviewedFile = {
  readonly path: string;
  readonly before: string | Buffer | undefined;
  readonly after: string | Buffer | undefined;
};
export type Preview = {
  /** Files whose content would change, without logs. */
  readonly files: readonly PreviewedFile[];
  readonly fields: readonly FieldDifference[];
  /** Log rows of the change itself, without those of the change log and the audit log. */
  readonly rows: readonly LogRow[];
  /** The workspace as it would be. */
  readonly after: Snapshot;
};

/** @throws NocturneError as the commit would: `NOT_FOUND`, `BAD_VALUE`, `EXISTS`, `REFUSED`. */
export function previewChanges(
  snapshot: Snapshot,
  changeSet: Pick<ChangeSet, 'changes' | 'notices'>,
): Preview {
  const draft = emptyDraft();
  for (const change of changeSet.changes) applyChange(snapshot, draft, change);
  for (const [i, notice] of (changeSet.notices ?? []).entries())
    applyChange(snapshot, draft, insertOf(snapshot, notice, i));
  const files = [...draft.files]
    .map(
      ([path, after]): PreviewedFile => ({
        path,
        before: snapshot.text(path) ?? snapshot.bytes(path),
        after,
      }),
    )
    .filter(({ before, after }) => !same(before, after));
  const fields = files.flatMap(({ path, before, after }) =>
    diffFields(snapshot.objectsOf(path), path, { before: textOf(before), after: textOf(after) }),
  );
  return {
    files,
    fields,
    rows: draft.rows,
    after: overlay(snapshot, new Map(files.map(({ path, after }) => [path, after]))),
  };
}

/** The insert of a notice with a provisional id; the commit decides the final one. */
export function insertOf(snapshot: Snapshot, notice: Notice, index: number): Change {
  const stem = `N-${dateStamp(snapshot.now).replaceAll('-', '')}-`;
  const taken = ['NOTIFICATION', 'NOTIFICATION-ARCHIVE']
    .flatMap((object) => snapshot.records(object))
    .map((record) =>
      record.key.startsWith(stem) ? Number.parseInt(record.key.slice(stem.length), 10) || 0 : 0,
    );
  const key = `${stem}${String(Math.max(0, ...taken) + 1 + index).padStart(3, '0')}`;
  return noticeInsert(snapshot, notice, key);
}

const LONGEST_TITLE = 80;

export function noticeInsert(snapshot: Snapshot, notice: Notice, key: string): Change {
  const { body, ...items } = notice;
  const title = clipped(notice.action_needed.split('\n')[0] ?? '', LONGEST_TITLE);
  return {
    kind: 'insert',
    object: 'NOTIFICATION',
    key,
    fields: { title, time: stamp(snapshot.now), ...items, status: 'open', answer: null },
    ...defined({ body }),
  };
}

function same(before: string | Buffer | undefined, after: string | Buffer | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return Buffer.from(before).equals(Buffer.from(after));
}

function textOf(content: string | Buffer | undefined): string | undefined {
  return Buffer.isBuffer(content) ? content.toString('utf8') : content;
}
