/**
 * The opening of a chained log, which is everything above its first row, and its hash outside the
 * workspace.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { isLineLog } from '../markdown/read-lines.js';
import { tableHead } from '../markdown/table-head.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import { lineForm, type RowForm, tableForm } from './row-form.js';

/** A log's table must begin within these first bytes. */
export const HEAD_BYTES = 16_384;

/**
 * Size and SHA-256 of what is above the first row, which the chain does not cover. `text`: that
 * text, from which a log without its opening can be repaired; older versions did not store it.
 */
export type Opening = { readonly bytes: number; readonly sha256: string; readonly text?: string };
export type LogHead = {
  readonly form: RowForm;
  readonly opening: Opening;
  /** Line of the first row. */
  readonly firstLine: number;
};

const FILE = 'openings.json';

/** Of a log of JSON lines, which begins with its first row. */
const NO_OPENING: LogHead = {
  form: lineForm,
  opening: { bytes: 0, sha256: createHash('sha256').digest('hex'), text: '' },
  firstLine: 1,
};

/**
 * `undefined` if no table whose last column is Chain begins in `start`, the first bytes of a log.
 * @param file its name says which form the rows have.
 */
export function readLogHead(start: Buffer, file: string): LogHead | undefined {
  return isLineLog(file) ? NO_OPENING : readTableHead(start);
}

function readTableHead(start: Buffer): LogHead | undefined {
  const head = tableHead(start);
  if (head === undefined || head.bytes > start.length) return undefined;
  const { columns, bytes, lines } = head;
  if (columns.at(-1) !== 'chain') return undefined;
  const opening = start.subarray(0, bytes);
  const sha256 = createHash('sha256').update(opening).digest('hex');
  return {
    form: tableForm(columns),
    opening: { bytes, sha256, text: opening.toString('utf8') },
    firstLine: lines + 1,
  };
}

/** The openings of the logs when the owner anchored them, by path. */
export function readOpenings(state: string): Readonly<Record<string, Opening>> {
  const path = join(state, FILE);
  const value = readJson<{ readonly logs?: unknown }>(path);
  if (value === undefined) return {};
  const logs = typeof value === 'object' && value !== null ? value.logs : undefined;
  if (typeof logs !== 'object' || logs === null || !Object.values(logs).every(isOpening)) {
    throw new NocturneError(
      'GATE',
      `${path} does not have the openings of the logs; expected {"version": 1, "logs": {path: {bytes, sha256}}}`,
      {
        file: path,
        hint: 'restore it from a backup, or accept the logs with nocturne audit anchor',
      },
    );
  }
  return logs as Readonly<Record<string, Opening>>;
}

export function writeOpenings(state: string, logs: Readonly<Record<string, Opening>>): void {
  writeJsonDurably(join(state, FILE), { version: 1, logs });
}

function isOpening(value: unknown): value is Opening {
  return (
    typeof value === 'object' &&
    value !== null &&
    'bytes' in value &&
    Number.isSafeInteger(value.bytes) &&
    'sha256' in value &&
    typeof value.sha256 === 'string'
  );
}
