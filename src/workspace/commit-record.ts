/**
 * What Nocturne itself committed while a pass was running, so that these changes are not attributed
 * to the agent. One file of JSON lines for each pass, in the state directory, outside the
 * workspace; written before the transaction, and only while the pass has its record open.
 */
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from '../kernel/files.js';
import { join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { sha256 } from '../kernel/hash.js';
import { makeDirectory } from './durable.js';
import { putObject } from './objects.js';
import { addReplica } from './object-replicas.js';
import { readIfThere } from './read-if-there.js';
import { within } from './root-descriptor.js';
import type { StorageOp } from './storage-types.js';
import type { Actor } from './types.js';

const FOLDER = 'passes';
const SUFFIX = '.commits.jsonl';

/**
 * `before`/`after`: SHA-256 of the file, `null` for a file that is not there. `appended`: the bytes
 * added to a log, base64.
 */
export type CommitRecord =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly before: string | null;
      readonly after: string | null;
      readonly actor: string;
      readonly byOwner?: true;
    }
  | {
      readonly kind: 'append';
      readonly path: string;
      readonly offset: number;
      readonly appended: string;
      readonly actor: string;
    }
  /** Whatever it was before: the owner has seen the whole file and accepted it. */
  | { readonly kind: 'accepted'; readonly path: string; readonly after: string | null };

export function openCommitRecord(state: string, runId: string): void {
  makeDirectory(join(state, FOLDER), 0o700);
  writeFileSync(pathOf(state, runId), '', { mode: 0o600 });
}

export function closeCommitRecord(state: string, runId: string): void {
  rmSync(pathOf(state, runId), { force: true });
}

/**
 * The content of written files goes into the object store, so that it can be restored if the agent
 * then spoils it.
 */
export function noteCommit(
  place: { readonly root: string; readonly state: string },
  actor: Actor,
  ops: readonly StorageOp[],
): void {
  const open = openRecords(place.state);
  if (open.length === 0) return;
  for (const op of ops) {
    if (op.kind !== 'write') continue;
    addReplica(place, putObject(place.root, op.content));
    if (actor.kind === 'owner') keepPresent(place, op.path);
  }
  addRecords(
    open,
    ops.map((op) => recordOf(actor, op)),
  );
}

/** What an owner's commit changes in a page that an agent has spoiled is found by comparing both. */
function keepPresent(place: { readonly root: string; readonly state: string }, path: string): void {
  const bytes = readIfThere(within(place.root, path));
  if (bytes !== undefined) addReplica(place, putObject(place.root, bytes));
}

/**
 * Files that the owner signs or anchors as they are, by path; `undefined`: gone. Call it before the
 * signature is written: if that fails, the gate still refuses the file.
 */
export function noteAccepted(
  place: { readonly root: string; readonly state: string },
  files: ReadonlyMap<string, Buffer | undefined>,
): void {
  const open = openRecords(place.state);
  if (open.length === 0) return;
  const records = [...files].map(([path, content]): CommitRecord => {
    if (content === undefined) return { kind: 'accepted', path, after: null };
    const after = putObject(place.root, content);
    addReplica(place, after);
    return { kind: 'accepted', path, after };
  });
  addRecords(open, records);
}

function addRecords(open: readonly string[], records: readonly CommitRecord[]): void {
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  for (const path of open) appendFileSync(path, lines);
}

function openRecords(state: string): readonly string[] {
  return recordedRuns(state).map((runId) => pathOf(state, runId));
}

/** The runs that have a record. */
export function recordedRuns(state: string): readonly string[] {
  const folder = join(state, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length));
}

function recordOf({ kind, name: actor }: Actor, op: StorageOp): CommitRecord {
  switch (op.kind) {
    case 'write':
      return {
        kind: 'file',
        path: op.path,
        before: op.before ?? null,
        after: sha256(op.content),
        actor,
        ...defined({ byOwner: kind === 'owner' ? (true as const) : undefined }),
      };
    case 'delete':
      return { kind: 'file', path: op.path, before: op.before, after: null, actor };
    case 'append':
      return {
        kind: 'append',
        path: op.path,
        offset: op.offset,
        appended: op.content.toString('base64'),
        actor,
      };
  }
}

export function readCommitRecord(state: string, runId: string): readonly CommitRecord[] {
  const path = pathOf(state, runId);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as CommitRecord);
}

function pathOf(state: string, runId: string): string {
  return join(state, FOLDER, `${runId}${SUFFIX}`);
}
