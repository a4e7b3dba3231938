/** The anchors of the append logs: for each the last link, the number of rows and the size, kept outside the workspace. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { removeIfThere, TEMP_PREFIX } from './durable.js';
import { readJson, writeJsonDurably } from './state-home.js';
import { errnoOf, onFile } from './storage-error.js';
import type { Anchor } from './storage-types.js';

export type AnchoredLogs = Readonly<Record<string, Anchor>>;
/** `pending`: what the logs named in it are about to become through journal entry `journal`; a log is sound at its anchor or at its pending one. */
export type PendingAnchors = { readonly journal: string; readonly logs: AnchoredLogs };
export type Anchors = { readonly version: 1; readonly logs: AnchoredLogs; readonly pending?: PendingAnchors };

const FILE = 'anchors.json';
/**
 * `pending` has a file of its own that is not flushed: it is needed only while the journal entry, which is flushed, cannot be read
 * (somebody deleted `.nocturne/` in the middle of a commit). So a commit pays for one flush of anchors, not for two, and a power
 * cut can never leave a half-written `anchors.json`.
 */
const PENDING = 'anchors-pending.json';

/** @throws NocturneError `GATE` when a file is there and is not a list of anchors: unreadable anchors prove nothing. */
export function readAnchors(state: string): Anchors {
  const main = readJson(join(state, FILE));
  const logs = main === undefined ? {} : logsOf(main, join(state, FILE));
  const pending = readPending(state);
  return pending === undefined ? { version: 1, logs } : { version: 1, logs, pending };
}

/** Writes the anchors durably; a `pending` is written (or removed) with them. */
export function writeAnchors(state: string, anchors: Anchors): void {
  if (anchors.pending !== undefined) writePending(state, anchors.pending);
  writeJsonDurably(join(state, FILE), { version: 1, logs: anchors.logs });
  if (anchors.pending === undefined) removeIfThere(join(state, PENDING));
}

/** Announces what the logs of a journal entry are about to become. Atomic, not flushed (see `PENDING`). */
export function writePending(state: string, pending: PendingAnchors): void {
  const path = join(state, PENDING);
  const temp = join(state, `${TEMP_PREFIX}${pending.journal}-pending`);
  onFile(path, 'write', () => {
    writeFileSync(temp, JSON.stringify(pending), { mode: 0o600 });
    renameSync(temp, path);
  });
}

/** Takes an announcement back, once the anchors say it or the append was given up. */
export function clearPending(state: string): void {
  removeIfThere(join(state, PENDING));
}

/** Whether two anchors name the same end of a log. */
export function sameAnchor(a: Anchor | undefined, b: Anchor | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.head === b.head && a.rows === b.rows && a.bytes === b.bytes);
}

function readPending(state: string): PendingAnchors | undefined {
  let text: string;
  try {
    text = readFileSync(join(state, PENDING), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const value = JSON.parse(text) as unknown;
    if (isObject(value) && typeof value['journal'] === 'string') return { journal: value['journal'], logs: logsOf(value, PENDING) };
    return undefined;
  } catch {
    // Not flushed, so a power cut may leave it empty. Then it promises nothing: stricter, never laxer.
    return undefined;
  }
}

function logsOf(value: unknown, file: string): AnchoredLogs {
  const logs = isObject(value) ? value['logs'] : undefined;
  if (!isObject(logs) || !Object.values(logs).every(isAnchor)) {
    throw new NocturneError('GATE', `${file} does not hold the anchors of the logs: expected {"version": 1, "logs": {path: {head, rows, bytes}}}`, {
      file,
      hint: 'restore it from a backup; without it nothing proves that the audit logs are whole',
    });
  }
  return logs as AnchoredLogs;
}

function isAnchor(value: unknown): value is Anchor {
  return isObject(value) && typeof value['head'] === 'string' && Number.isSafeInteger(value['rows']) && Number.isSafeInteger(value['bytes']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
