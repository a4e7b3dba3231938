/** Commits change sets: files, log rows, change-log rows and audit rows in one transaction. */
import { stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import type { ObjectSpec } from '../registry/types.js';
import { readAnchors } from './anchors.js';
import { changedFields } from './changed-fields.js';
import { draftView } from './draft-view.js';
import { nextId } from './ids.js';
import { transact } from './journal.js';
import { checkWriter } from './pass-lock.js';
import { appendRows, readTail } from './log-tail.js';
import { withCommitMutex } from './mutex.js';
import { applyChange, emptyDraft, type Draft } from './plan.js';
import { noticeInsert } from './preview.js';
import { recover } from './recover.js';
import type { StorageOp } from './storage-types.js';
import { forgetUntold, type UntoldConflict, untoldConflicts } from './untold-conflicts.js';
import type {
  ChangeSet,
  CommitPart,
  CommitResult,
  FieldChange,
  Fields,
  Notice,
  Snapshot,
} from './types.js';

export type CommitPlace = {
  readonly root: string;
  readonly state: string;
  readonly open: () => Snapshot;
};
export type CommitSource = CommitPart | readonly CommitPart[];

const ATTEMPTS = 5;
/** The type of the audit row about a file that the owner saved during a commit. */
export const CONFLICT = 'conflict';

/**
 * @throws NocturneError `LEASE_LOST` (another pass took over), `CONFLICT` (files changed during
 * every attempt), `STORAGE` (disk), or the reason to refuse the change. Nothing was changed then.
 */
export function commit(
  place: CommitPlace,
  source: CommitSource,
  options: { readonly fence?: number } = {},
): CommitResult {
  for (let attempt = 1; ; attempt++) {
    try {
      return withCommitMutex(place.root, () => {
        recover(place.root, place.state);
        if (options.fence !== undefined) checkWriter(place.root, options.fence);
        tellUntold(place);
        return { ...commitOnce(place, source), attempts: attempt };
      });
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code !== 'CONFLICT' || attempt >= ATTEMPTS)
        throw error;
    }
  }
}

function commitOnce(place: CommitPlace, source: CommitSource): Omit<CommitResult, 'attempts'> {
  const snapshot = place.open();
  const parts = Array.isArray(source) ? (source as readonly CommitPart[]) : [source as CommitPart];
  const draft = emptyDraft();
  const fields: FieldChange[] = [];
  const notices: string[] = [];
  let first: ChangeSet | undefined;
  for (const part of parts) {
    const changeSet = typeof part === 'function' ? part(draftView(snapshot, draft)) : part;
    first ??= changeSet;
    const planned = planPart(place, { snapshot, draft, changeSet });
    fields.push(...planned.fields);
    notices.push(...planned.notices);
  }
  const ops = operations(place, snapshot, draft);
  if (first !== undefined) carryOut(place, first, ops);
  const files = [...draft.files].map(([path, content]) => ({
    path,
    before: snapshot.hash(path),
    after: content === undefined ? undefined : sha256(content),
  }));
  return { files: files.filter((file) => file.before !== file.after), fields, notices };
}

/** Adds one part to the draft: its changes, its notices, and its rows in both logs. */
function planPart(
  place: CommitPlace,
  part: { snapshot: Snapshot; draft: Draft; changeSet: ChangeSet },
): Pick<CommitResult, 'fields' | 'notices'> {
  const { snapshot, draft, changeSet } = part;
  const before = new Map(draft.files);
  const from = draft.rows.length;
  for (const change of changeSet.changes) applyChange(snapshot, draft, change);
  const notices = (changeSet.notices ?? []).map((notice) =>
    addNotice(place, { snapshot, draft, notice }),
  );
  const fields = changedFields(place.root, { snapshot, draft, before });
  draft.adopted.clear();
  draft.valid.clear();
  record(snapshot, { draft, changeSet, fields, from });
  return { fields, notices };
}

function carryOut(place: CommitPlace, changeSet: ChangeSet, ops: readonly StorageOp[]): void {
  const { runId, reason } = changeSet;
  const { conflicts } = transact(place.root, place.state, ops, {
    runId,
    byOwner: changeSet.actor.kind === 'owner',
    reason,
  });
  if (conflicts.length > 0)
    reportConflicts(place, { runId, reason, paths: conflicts.map(({ path }) => path) });
}

/** What recovery found. A report that fails is made by a later commit. */
function tellUntold(place: CommitPlace): void {
  for (const conflict of untoldConflicts(place.root)) {
    try {
      reportConflicts(place, conflict);
    } catch (error) {
      if (!(error instanceof NocturneError)) throw error;
      return;
    }
    forgetUntold(place.root, conflict.txid);
  }
}

/** The owner saved a file during the commit: their version stays, ours is stored for them. */
function reportConflicts(
  place: CommitPlace,
  conflict: Pick<UntoldConflict, 'runId' | 'reason' | 'paths'>,
): void {
  const names = conflict.paths.join(', ');
  commitOnce(place, {
    actor: { kind: 'nocturne', name: 'nocturne' },
    runId: conflict.runId,
    reason: 'the owner saved the file at the same time',
    changes: [],
    notices: [
      {
        priority: 'high',
        kind: 'incident',
        project: '',
        action_needed: `You saved ${names} while "${conflict.reason}" changed it. Your version stays; the other one is in .nocturne/conflicts. Answer yes when you have seen it.`,
      },
    ],
    audit: conflict.paths.map((path) => ({
      step: '',
      type: CONFLICT,
      target: path,
      authorisation: '',
      result: 'kept',
      detail: conflict.reason,
    })),
  });
}

function addNotice(
  place: CommitPlace,
  context: { snapshot: Snapshot; draft: Draft; notice: Notice },
): string {
  const { snapshot, draft, notice } = context;
  const id = nextId(snapshot, place.state, 'N');
  applyChange(snapshot, draft, noticeInsert(snapshot, notice, id));
  return id;
}

/** PW-5: adds a change-log row for each changed field, and the audit rows, to the draft. */
function record(
  snapshot: Snapshot,
  part: { draft: Draft; changeSet: ChangeSet; fields: readonly FieldChange[]; from: number },
): void {
  const { draft, changeSet } = part;
  const now = stamp(snapshot.now);
  const change = snapshot.schema.objects.get('CHANGE');
  const audit = snapshot.schema.objects.get('AUDIT');
  if (change === undefined || audit === undefined)
    throw new NocturneError(
      'SCHEMA',
      'REGISTRY.md does not declare both CHANGE and AUDIT, so the change cannot be recorded',
      { hint: 'restore both rows of R1', file: snapshot.schema.file },
    );
  for (const field of part.fields) {
    const row = {
      address: field.address,
      old: field.old,
      new: field.new,
      writer: changeSet.actor.name,
      run_id: changeSet.runId,
      bundle: changeSet.bundle ?? '',
      t_written: now,
      t_valid: field.valid,
      reason: changeSet.reason,
    };
    draft.rows.push({ object: change, file: change.glob, fields: row });
  }
  const written = { time: now, run_id: changeSet.runId, actor: changeSet.actor.name };
  for (const entry of changeSet.audit ?? [])
    draft.rows.push({ object: audit, file: audit.glob, fields: entry });
  for (const [i, row] of draft.rows.entries())
    if (i >= part.from && row.object === audit)
      draft.rows[i] = { ...row, fields: { ...row.fields, ...written } };
}

function operations(place: CommitPlace, snapshot: Snapshot, draft: Draft): StorageOp[] {
  const ops: StorageOp[] = [];
  for (const [path, content] of draft.files) {
    const before = snapshot.hash(path);
    if (content === undefined) {
      if (before !== undefined) ops.push({ kind: 'delete', path, before });
      continue;
    }
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content, 'utf8');
    const mode = draft.modes.get(path);
    if (sha256(bytes) !== before)
      ops.push({ kind: 'write', path, content: bytes, before, ...defined({ mode }) });
  }
  return [...ops, ...appends(place, draft)];
}

function appends(place: CommitPlace, draft: Draft): StorageOp[] {
  const byFile = new Map<string, { object: ObjectSpec; rows: Fields[] }>();
  for (const row of draft.rows) {
    const group = byFile.get(row.file) ?? { object: row.object, rows: [] };
    group.rows.push(row.fields);
    byFile.set(row.file, group);
  }
  const { logs } = readAnchors(place.state);
  return [...byFile].map(([file, { object, rows }]) => {
    const tail = readTail(place.root, { file, object, anchor: logs[file] });
    const numbered = tail.columns.includes('seq')
      ? rows.map((fields, i) => ({ ...fields, seq: tail.anchor.rows + i + 1 }))
      : rows;
    return appendRows(tail, { file, object, rows: numbered });
  });
}
