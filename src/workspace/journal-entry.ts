/**
 * The format of a journal entry: one file with everything that is needed to finish a transaction.
 *
 *     nocturne journal v1 <HMAC-SHA-256 of the next LENGTH bytes, hex> LENGTH
 *     {"txid": …, "ops": [{"kind": "write", "path": …, "before": …, "length": …}, …], …}
 *     <the bytes of each operation, one after the other>
 *
 * Bytes after that are left from a longer entry in the same file.
 *
 * The key is in the state directory, outside the workspace, because recovery runs before the gate
 * and must not carry out a forged entry.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import type { AnchoredLogs } from './anchors.js';
import { writeFileDurably } from './durable.js';
import { readTextIfThere } from './read-if-there.js';
import type { Anchor, AppendOp, StorageOp } from './storage-types.js';

export type EntryWrite = {
  readonly kind: 'write';
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
  readonly content: Buffer;
  readonly mode: number | undefined;
};
export type EntryDelete = {
  readonly kind: 'delete';
  readonly path: string;
  readonly before: string;
};
export type EntryOp = EntryWrite | EntryDelete | AppendOp;
/** `base`: the anchors before the transaction, so that an entry cannot be replayed later. */
export type Entry = {
  readonly txid: string;
  readonly runId: string;
  readonly reason: string;
  readonly byOwner?: true;
  readonly base: AnchoredLogs;
  readonly ops: readonly EntryOp[];
};

const MAGIC = 'nocturne journal v1 ';
const HEAD = /^nocturne journal v1 ([0-9a-f]{64}) (\d{1,15})$/;
const KEY_FILE = 'journal.key';
const KEY = /^[0-9a-f]{64}$/;

export function entryOp(op: StorageOp): EntryOp {
  return op.kind === 'write'
    ? {
        kind: 'write',
        path: op.path,
        before: op.before,
        after: sha256(op.content),
        content: op.content,
        mode: op.mode,
      }
    : op;
}

/** The anchor of a log after an append. */
export function anchorAfter(op: AppendOp): Anchor {
  return { head: op.head, rows: op.rows, bytes: op.offset + op.content.length };
}

/** The key of the journal, created at first use. Call it under the commit mutex. */
export function journalKey(state: string): Buffer {
  const existing = findJournalKey(state);
  if (existing !== undefined) return existing;
  const key = randomBytes(32);
  writeFileDurably(join(state, KEY_FILE), key.toString('hex'), { mode: 0o600 });
  return key;
}

export function findJournalKey(state: string): Buffer | undefined {
  const path = join(state, KEY_FILE);
  const text = readTextIfThere(path)?.trim();
  if (text === undefined) return undefined;
  if (KEY.test(text)) return Buffer.from(text, 'hex');
  throw new NocturneError(
    'UNREADABLE',
    `${path} is not a journal key; expected 64 hex characters`,
    {
      file: path,
      hint: 'remove it if .nocturne/journal is empty; Nocturne then creates a new one',
    },
  );
}

export function encodeEntry(entry: Entry, key: Buffer): Buffer {
  const ops = entry.ops.map((op) =>
    op.kind === 'delete' ? op : { ...op, content: undefined, length: op.content.length },
  );
  const header = Buffer.from(`${JSON.stringify({ ...entry, ops })}\n`);
  const rest = Buffer.concat([
    header,
    ...entry.ops.map((op) => (op.kind === 'delete' ? Buffer.alloc(0) : op.content)),
  ]);
  return Buffer.concat([
    Buffer.from(`${MAGIC}${createHmac('sha256', key).update(rest).digest('hex')} ${rest.length}\n`),
    rest,
  ]);
}

/** @returns the entry, or the reason why it cannot be trusted. */
export function decodeEntry(bytes: Buffer, key: Buffer | undefined): Entry | string {
  const first = bytes.indexOf(10);
  const head = HEAD.exec(bytes.toString('latin1', 0, Math.max(0, first)));
  if (head === null) return 'it does not begin like a journal entry';
  if (key === undefined) return 'its key is not in the state directory of this workspace';
  const rest = bytes.subarray(first + 1, first + 1 + Number(head[2]));
  const expected = createHmac('sha256', key).update(rest).digest();
  if (!timingSafeEqual(Buffer.from(head[1] ?? '', 'hex'), expected))
    return 'it is damaged, or Nocturne did not write it';
  // The signature proves that `encodeEntry` wrote the rest.
  const second = rest.indexOf(10);
  const header = JSON.parse(rest.toString('utf8', 0, second)) as Entry;
  let offset = second + 1;
  const ops = header.ops.map((op): EntryOp => {
    if (op.kind === 'delete') return op;
    const { length, ...fields } = op as typeof op & { readonly length: number };
    offset += length;
    return { ...fields, content: rest.subarray(offset - length, offset) };
  });
  return { ...header, ops };
}
