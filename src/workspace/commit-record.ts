/**
 * What nocturne itself committed while a pass was running, so that these changes are not taken for
 * the agent's. Lines of JSON in the state
 * directory, outside the workspace; written before the transaction, and only while a pass has the
 * record open.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../kernel/hash.js';
import { putObject } from './objects.js';
import { addReplica } from './object-replicas.js';
import type { StorageOp } from './storage-types.js';

const FILE = 'pass-commits.jsonl';

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
    }
  | {
      readonly kind: 'append';
      readonly path: string;
      readonly offset: number;
      readonly appended: string;
      readonly actor: string;
    };

export function openCommitRecord(state: string): void {
  writeFileSync(join(state, FILE), '', { mode: 0o600 });
}

export function closeCommitRecord(state: string): void {
  rmSync(join(state, FILE), { force: true });
}

/**
 * The content of written files goes into the object store, so that it can be restored if the agent
 * then spoils it.
 */
export function noteCommit(
  place: { readonly root: string; readonly state: string },
  actor: string,
  ops: readonly StorageOp[],
): void {
  const path = join(place.state, FILE);
  if (!existsSync(path)) return;
  for (const op of ops)
    if (op.kind === 'write') addReplica(place, putObject(place.root, op.content));
  appendFileSync(path, ops.map((op) => `${JSON.stringify(recordOf(actor, op))}\n`).join(''));
}

function recordOf(actor: string, op: StorageOp): CommitRecord {
  switch (op.kind) {
    case 'write':
      return {
        kind: 'file',
        path: op.path,
        before: op.before ?? null,
        after: sha256(op.content),
        actor,
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

export function readCommitRecord(state: string): readonly CommitRecord[] {
  const path = join(state, FILE);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as CommitRecord);
}
