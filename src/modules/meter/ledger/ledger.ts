/**
 * The rows of the ledger and their sums, which a checkpoint keeps so that no start reads them all.
 */
import { join } from 'node:path';
import { existsSync } from '../../../kernel/files.js';
import { NocturneError } from '../../../kernel/error.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { makeDirectory } from '../../../workspace/durable.js';
import { readTextIfThere } from '../../../workspace/read-if-there.js';
import { writeJsonDurably } from '../../../workspace/state-home.js';
import {
  type LogPlace,
  logStart,
  openSyncedLog,
  readSyncedLog,
  type SyncedLog,
} from '../../../workspace/synced-log.js';
import { type LedgerRow, ledgerRow } from './rows.js';
import { type StoredTotals, type Totals, totalsFrom } from './totals.js';

const NAME = { log: 'the ledger', writer: 'the meter' };
/** Of a ledger without rows. */
export const LEDGER_START = logStart('meter/ledger.jsonl');
const CHECKPOINT = 'checkpoint.json';
/** What a start reads again at most. */
const CHECKPOINT_ROWS = 1000;

type Checkpoint = { readonly place: LogPlace; readonly totals: StoredTotals };

export class Ledger {
  readonly totals: Totals;
  readonly #log: SyncedLog;
  readonly #directory: string;
  #checked: number;
  #change: NocturneError | undefined;

  constructor(directory: string) {
    makeDirectory(directory, 0o700);
    // The owner may have moved a damaged ledger away: then a new one begins.
    const isThere = existsSync(ledgerPath(directory));
    const checkpoint = isThere ? readCheckpoint(directory) : undefined;
    const totals = totalsFrom(checkpoint?.totals);
    this.totals = totals;
    this.#directory = directory;
    this.#log = openSyncedLog(ledgerPath(directory), {
      name: NAME,
      start: checkpoint?.place ?? LEDGER_START,
      onRow: (members) => totals.apply(rowOf(members)),
    });
    this.#checked = checkpoint?.place.rows ?? 0;
  }

  get place(): LogPlace {
    return this.#log.place;
  }

  append(row: LedgerRow): void {
    try {
      this.#log.append(row);
    } catch (error) {
      if (error instanceof NocturneError && error.code === 'GATE') this.#change = error;
      throw error;
    }
    this.totals.apply(row);
    if (this.place.rows - this.#checked >= CHECKPOINT_ROWS) this.#check();
  }

  /** @throws NocturneError `GATE` after a row found that another program has changed the file. */
  requireUnchanged(): void {
    if (this.#change !== undefined) throw this.#change;
  }

  close(): void {
    this.#log.close();
  }

  #check(): void {
    const checkpoint: Checkpoint = { place: this.place, totals: this.totals.stored() };
    this.#checked = this.place.rows;
    try {
      writeJsonDurably(join(this.#directory, CHECKPOINT), checkpoint);
    } catch {
      // The row is written, and it counts; the next start only has more to read.
    }
  }
}

/** @param directory the meter's, in the state directory. */
export function ledgerPath(directory: string): string {
  return join(directory, 'ledger.jsonl');
}

/**
 * Every row, oldest first, while the meter may append more.
 * @throws NocturneError `GATE` if another program has changed one.
 */
export function readLedger(directory: string, onRow: (row: LedgerRow) => void): LogPlace {
  return readSyncedLog(ledgerPath(directory), {
    name: NAME,
    start: LEDGER_START,
    onRow: (members) => onRow(rowOf(members)),
  });
}

function readCheckpoint(directory: string): Checkpoint | undefined {
  const text = readTextIfThere(join(directory, CHECKPOINT));
  return text === undefined ? undefined : (parsedJson(text) as Checkpoint | undefined);
}

function rowOf(members: unknown): LedgerRow {
  const row = ledgerRow(members);
  if (row === undefined)
    throw new NocturneError('GATE', 'a row of the ledger has fields that no meter writes', {
      hint: 'a newer version of Nocturne wrote it: use that version',
    });
  return row;
}
