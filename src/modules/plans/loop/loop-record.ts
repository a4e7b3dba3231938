/** The record of a step's loops on the disk: chained, and each row flushed before the next. */
import { join } from 'node:path';
import {
  logStart,
  openSyncedLog,
  readSyncedLog,
  type SyncedLogKind,
} from '../../../workspace/synced-log.js';
import type { LoopRow } from './rows.js';

export type LoopPlace = {
  /** The state directory. */
  readonly state: string;
  readonly project: string;
  readonly step: string;
};

/** The record and the files of attempts of one step. */
export function loopFolder({ state, project, step }: LoopPlace): string {
  return join(attemptsFolder(state), project, step);
}

export function attemptsFolder(state: string): string {
  return join(state, 'attempts');
}

/** Oldest first. @throws NocturneError `GATE` if another program has changed one. */
export function readRecord(place: LoopPlace): readonly LoopRow[] {
  const rows: LoopRow[] = [];
  const onRow = (row: unknown): void => void rows.push(row as LoopRow);
  readSyncedLog(recordPath(place), { ...kindOf(place), onRow });
  return rows;
}

/** For the one process that works on the step. */
export class LoopRecord {
  readonly rows: LoopRow[] = [];
  readonly #log: ReturnType<typeof openSyncedLog>;

  constructor(place: LoopPlace) {
    this.#log = openSyncedLog(recordPath(place), {
      ...kindOf(place),
      onRow: (row) => this.rows.push(row as LoopRow),
    });
  }

  /** It is on the disk when this returns. */
  append(row: LoopRow): void {
    this.#log.append(row);
    this.rows.push(row);
  }

  close(): void {
    this.#log.close();
  }
}

function recordPath(place: LoopPlace): string {
  return join(loopFolder(place), 'record.jsonl');
}

function kindOf({ project, step }: LoopPlace): SyncedLogKind {
  return {
    start: logStart(`attempts/${project}/${step}`),
    name: { log: `the attempts of ${project}/${step}`, writer: 'Nocturne' },
  };
}
