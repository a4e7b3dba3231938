/** The anchors of the logs: last hash, number of rows and size, stored outside the workspace. */
import { parsedJson } from '../kernel/parsed-json.js';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  writeFileSync,
  writeSync,
} from '../kernel/files.js';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { removeIfThere, TEMP_PREFIX, writeFileDurably } from './durable.js';
import { readTextIfThere } from './read-if-there.js';
import { onFile } from './storage-error.js';
import type { Anchor } from './storage-types.js';

export type AnchoredLogs = Readonly<Record<string, Anchor>>;
/**
 * `pending`: the anchors that logs will have after the journal entry `journal`. A log is valid at
 * its anchor or at its pending one.
 */
export type PendingAnchors = { readonly journal: string; readonly logs: AnchoredLogs };
export type Anchors = {
  readonly version: 1;
  readonly logs: AnchoredLogs;
  readonly pending?: PendingAnchors;
};

const FILE = 'anchors.json';
/**
 * A file of its own, without flush: it is needed only if `.nocturne/`, with the flushed journal
 * entry, is deleted during a commit.
 */
const PENDING = 'anchors-pending.json';
/** The file is padded with blanks to a multiple of this, so that it can be overwritten in place. */
const ROOM = 1024;
/** Another process may overwrite the file during the first reading. */
const READINGS = 3;

/** @throws NocturneError `GATE` for a damaged file: unreadable anchors prove nothing. */
export function readAnchors(state: string): Anchors {
  // In this order: a commit that ends in between is in one of them at least.
  const pending = readPending(state);
  const logs = readLogs(join(state, FILE));
  return pending === undefined ? { version: 1, logs } : { version: 1, logs, pending };
}

/** Writes the anchors durably, and writes or removes `pending` with them. */
export function writeAnchors(state: string, anchors: Anchors): void {
  if (anchors.pending !== undefined) writePending(state, anchors.pending);
  writeFileDurably(join(state, FILE), encode(anchors.logs, 0), { mode: 0o600 });
  if (anchors.pending === undefined) removeIfThere(join(state, PENDING));
}

/**
 * Overwrites the anchors in place, at a fifth of the cost of `writeAnchors`. Call it only during a
 * journal entry: after a power cut, recovery restores the file from the entry.
 */
export function overwriteAnchors(state: string, logs: AnchoredLogs): void {
  const path = join(state, FILE);
  const present = lstatSync(path, { throwIfNoEntry: false });
  const bytes = encode(logs, present?.size ?? 0);
  if (present?.isFile() !== true || present.nlink !== 1 || present.size !== bytes.length)
    return writeAnchors(state, { version: 1, logs });
  const descriptor = onFile(path, 'open', () => openSync(path, 'r+'));
  try {
    onFile(path, 'write', () => {
      writeSync(descriptor, bytes, 0, bytes.length, 0);
      fsyncSync(descriptor);
    });
  } finally {
    closeSync(descriptor);
  }
  removeIfThere(join(state, PENDING));
}

/** Announces the anchors after a journal entry. Atomic, but not flushed (see `PENDING`). */
export function writePending(state: string, pending: PendingAnchors): void {
  const path = join(state, PENDING);
  const temp = join(state, `${TEMP_PREFIX}${pending.journal}-pending`);
  onFile(path, 'write', () => {
    writeFileSync(temp, JSON.stringify(pending), { mode: 0o600 });
    renameSync(temp, path);
  });
}

/** Removes the announcement after the append has succeeded or failed. */
export function clearPending(state: string): void {
  removeIfThere(join(state, PENDING));
}

/** Whether two anchors are the same. */
export function sameAnchor(a: Anchor | undefined, b: Anchor | undefined): boolean {
  return (
    a === b ||
    (a !== undefined &&
      b !== undefined &&
      a.head === b.head &&
      a.rows === b.rows &&
      a.bytes === b.bytes)
  );
}

function encode(logs: AnchoredLogs, size: number): Buffer {
  const text = JSON.stringify({ version: 1, logs, sum: sumOf(logs) }, null, 2);
  const needed = Math.ceil((Buffer.byteLength(text) + 1) / ROOM) * ROOM;
  const bytes = Buffer.alloc(Math.max(needed, size), ' ');
  bytes.write(text);
  bytes.write('\n', bytes.length - 1);
  return bytes;
}

function sumOf(logs: AnchoredLogs): string {
  return sha256(JSON.stringify(logs)).slice(0, 32);
}

function readLogs(path: string): AnchoredLogs {
  for (let reading = 1; reading <= READINGS; reading++) {
    const text = readTextIfThere(path);
    if (text === undefined) return {};
    const value = parsedJson(text);
    const logs = isObject(value) ? logsOf(value) : undefined;
    // A file without a sum was written by hand, not overwritten in place.
    if (
      logs !== undefined &&
      isObject(value) &&
      (value['sum'] === undefined || value['sum'] === sumOf(logs))
    )
      return logs;
  }
  throw new NocturneError(
    'GATE',
    `${path} does not contain the anchors that Nocturne wrote; expected {"version": 1, "logs": {path: {head, rows, bytes}}, "sum"}`,
    {
      file: path,
      hint: 'restore it from a backup; without it, nothing proves that the logs are unchanged',
    },
  );
}

/** A power cut may leave the file empty, which only makes the check of the logs stricter. */
function readPending(state: string): PendingAnchors | undefined {
  const value = parsedJson(readTextIfThere(join(state, PENDING)) ?? '');
  const logs = isObject(value) ? logsOf(value) : undefined;
  return isObject(value) && typeof value['journal'] === 'string' && logs !== undefined
    ? { journal: value['journal'], logs }
    : undefined;
}

function logsOf(value: Record<string, unknown>): AnchoredLogs | undefined {
  const { logs } = value;
  return isObject(logs) && Object.values(logs).every(isAnchor) ? (logs as AnchoredLogs) : undefined;
}

function isAnchor(value: unknown): value is Anchor {
  return (
    isObject(value) &&
    typeof value['head'] === 'string' &&
    Number.isSafeInteger(value['rows']) &&
    Number.isSafeInteger(value['bytes'])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
