/** Which contents of the object store somebody may still ask for; what nobody can is removed. */
import { fieldText } from '../project/field-text.js';
import { rowsSince } from '../project/recent-rows.js';
import { ownerNumber } from '../project/owner-number.js';
import { readCommitRecord } from '../workspace/commit-record.js';
import { isLongLog, logWindows } from '../workspace/log-windows.js';
import { within } from '../workspace/root-descriptor.js';
import { withCommitMutex } from '../workspace/mutex.js';
import { pruneObjects, storedObjects, withChunks } from '../workspace/objects.js';
import { replicaHashes } from '../workspace/object-replicas.js';
import type { Snapshot, Workspace } from '../workspace/types.js';
import { passesAtWork } from './pass-file.js';
import { pendingUndos } from './reconcile/pending-undo.js';

const DEFAULT_DAYS = 30;
const DAY_MS = 24 * 3_600_000;
const LONG_VALUE = 'sha256:';
const HASH_LENGTH = 64;

export type StoreSize = {
  readonly objects: number;
  readonly bytes: number;
  /** Of these, what nothing refers to. */
  readonly unused: { readonly objects: number; readonly bytes: number };
};

/**
 * Removes what nothing refers to. Under the commit mutex, because a commit stores a content before
 * the row that refers to it; call it only while no pass can begin or take its baseline.
 * @returns how many objects, the owner's number of days, for what else is kept so long, and the
 * workspace as it was read for this.
 */
export function removeUnusedObjects(workspace: Workspace): {
  readonly removed: number;
  readonly days: number;
  readonly snapshot: Snapshot;
} {
  return withCommitMutex(workspace.root, () => {
    const snapshot = workspace.snapshot();
    const removed = pruneObjects(workspace.root, referencedObjects(workspace, snapshot));
    return { removed, days: daysKept(snapshot), snapshot };
  });
}

export function sizeOfStore(workspace: Workspace, snapshot: Snapshot): StoreSize {
  const kept = withChunks(workspace.root, referencedObjects(workspace, snapshot));
  const all = storedObjects(workspace.root);
  const unused = all.filter(({ hash }) => !kept.has(hash));
  const sum = (objects: typeof all): number => objects.reduce((total, { size }) => total + size, 0);
  return {
    objects: all.length,
    bytes: sum(all),
    unused: { objects: unused.length, bytes: sum(unused) },
  };
}

/**
 * The baselines of stored passes (running or crashed) with what was committed since, whatever a
 * record names by its hash (signed files, approvals, tasks), and the changes of the owner's number
 * of days. Versions that were undone are files of their own.
 */
function referencedObjects(workspace: Workspace, snapshot: Snapshot): ReadonlySet<string> {
  const { state } = workspace;
  const passes = passesAtWork(state);
  const baselines = passes.flatMap(({ baseline }) => Object.values(baseline.files));
  const committed = passes
    .flatMap(({ runId }) => readCommitRecord(state, runId))
    .flatMap((record) => {
      if (record.kind === 'append') return [];
      return record.kind === 'file' ? [record.before, record.after] : [record.after];
    });
  return new Set([
    ...replicaHashes(state),
    ...pendingUndos(state).flatMap(({ wanted }) => wanted?.hash ?? []),
    ...baselines.map(({ hash }) => hash),
    ...committed.filter((hash) => hash !== null),
    ...hashesInRecords(snapshot),
    ...hashesOfChanges(snapshot),
  ]);
}

function hashesInRecords(snapshot: Snapshot): readonly string[] {
  const fields = [...snapshot.schema.objects.values()].flatMap(({ object, fields: specs }) =>
    [...specs.values()]
      .filter(({ type }) => type.kind === 'hash')
      .map(({ name }) => ({ object, name })),
  );
  const long = new Set<string>();
  const found = fields.flatMap(({ object, name }) =>
    snapshot.filesOf(object).flatMap((path) => {
      if (!isLongLog(snapshot, path))
        return snapshot.recordsIn(path, object).map((record) => fieldText(record, name));
      long.add(path);
      return [];
    }),
  );
  return [...found, ...[...long].flatMap((path) => hashesInLog(within(snapshot.root, path)))];
}

/** Every word of a long log that could be a hash. */
function hashesInLog(path: string): readonly string[] {
  const found = new Set<string>();
  for (const { bytes } of logWindows(path)) {
    let start = 0;
    for (const [end, byte] of bytes.entries()) {
      if (isHex(byte)) continue;
      if (end - start === HASH_LENGTH) found.add(bytes.toString('latin1', start, end));
      start = end + 1;
    }
  }
  return [...found];
}

function isHex(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102);
}

/** Long values and whole files of the days that the owner keeps. */
function hashesOfChanges(snapshot: Snapshot): readonly string[] {
  const oldest = snapshot.now.getTime() - daysKept(snapshot) * DAY_MS;
  const found: string[] = [];
  for (const row of rowsSince(snapshot, 'CHANGE', { field: 't_written', since: oldest - 1 })) {
    for (const column of ['old', 'new']) {
      const value = fieldText(row, column);
      if (value.startsWith(LONG_VALUE)) found.push(value.slice(LONG_VALUE.length));
    }
  }
  return found;
}

function daysKept(snapshot: Snapshot): number {
  return ownerNumber(snapshot, 'history_days', DEFAULT_DAYS);
}
