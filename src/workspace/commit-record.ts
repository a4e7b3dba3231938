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
import { makeDirectory } from './durable.js';
import type { Entry, EntryOp } from './journal-entry.js';
import { putObject } from './objects.js';
import { addReplica } from './object-replicas.js';
import { readIfThere } from './read-if-there.js';
import { within } from './root-descriptor.js';

const FOLDER = 'passes';
const SUFFIX = '.commits.jsonl';

/**
 * `before`/`after`: SHA-256 of the file, `null` for a file that is not there. `appended`: the bytes
 * added to a log, base64.
 */
type Deed =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly before: string | null;
      readonly after: string | null;
    }
  | {
      readonly kind: 'append';
      readonly path: string;
      readonly offset: number;
      readonly appended: string;
    };
export type CommitRecord =
  | (Deed & { readonly txid: string; readonly byOwner?: true })
  /** Whatever it was before: the owner has seen the whole file and accepted it. */
  | { readonly kind: 'accepted'; readonly path: string; readonly after: string | null };
/** The change failed and was undone. */
type Withdrawn = { readonly kind: 'withdrawn'; readonly txid: string };

type Place = { readonly root: string; readonly state: string };
type CommittedEntry = Pick<Entry, 'txid' | 'ops' | 'byOwner'>;

export function openCommitRecord(state: string, runId: string): void {
  makeDirectory(join(state, FOLDER), 0o700);
  writeFileSync(pathOf(state, runId), '', { mode: 0o600 });
}

export function closeCommitRecord(state: string, runId: string): void {
  rmSync(pathOf(state, runId), { force: true });
}

/**
 * Called when the entry is committed and before it is carried out, again whenever recovery finishes
 * it. The content of written files goes into the object store, so that it can be restored if the
 * agent then spoils it.
 */
export function noteCommit(place: Place, { txid, ops, byOwner }: CommittedEntry): void {
  const open = openRecords(place.state);
  if (open.length === 0) return;
  for (const op of ops) {
    if (op.kind !== 'write') continue;
    addReplica(place, putObject(place.root, op.content));
    if (byOwner === true) keepPresent(place, op.path);
  }
  addRecords(
    open,
    ops.map((op) => ({ ...recordOf(op), txid, ...defined({ byOwner }) })),
  );
}

/** Called before the entry is removed because its change was undone. */
export function noteWithdrawn(state: string, txid: string): void {
  addRecords(openRecords(state), [{ kind: 'withdrawn', txid }]);
}

/** To find what an owner's commit changes in a page that an agent has spoiled. */
function keepPresent(place: Place, path: string): void {
  const bytes = readIfThere(within(place.root, path));
  if (bytes !== undefined) addReplica(place, putObject(place.root, bytes));
}

/**
 * Files that the owner signs or anchors as they are, by path; `undefined`: gone. Call it before the
 * signature is written: if that fails, the gate still refuses the file.
 */
export function noteAccepted(place: Place, files: ReadonlyMap<string, Buffer | undefined>): void {
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

function addRecords(open: readonly string[], records: readonly (CommitRecord | Withdrawn)[]): void {
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

function recordOf(op: EntryOp): Deed {
  const { path } = op;
  switch (op.kind) {
    case 'write':
      return { kind: 'file', path, before: op.before ?? null, after: op.after };
    case 'delete':
      return { kind: 'file', path, before: op.before, after: null };
    case 'append':
      return { kind: 'append', path, offset: op.offset, appended: op.content.toString('base64') };
  }
}

/** Without what was withdrawn. */
export function readCommitRecord(state: string, runId: string): readonly CommitRecord[] {
  const path = pathOf(state, runId);
  if (!existsSync(path)) return [];
  const records = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as CommitRecord | Withdrawn);
  const withdrawn = new Map<string, number>();
  for (const [i, record] of records.entries())
    if (record.kind === 'withdrawn') withdrawn.set(record.txid, i);
  return records.flatMap((record, i) => {
    if (record.kind === 'withdrawn') return [];
    const isWithdrawn = record.kind !== 'accepted' && i < (withdrawn.get(record.txid) ?? 0);
    return isWithdrawn ? [] : [record];
  });
}

function pathOf(state: string, runId: string): string {
  return join(state, FOLDER, `${runId}${SUFFIX}`);
}
