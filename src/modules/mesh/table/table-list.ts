/** The events of each table of this workspace, in `STATE/mesh/tables/SESSION.jsonl`. */
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { listIfThere } from '../../../workspace/read-if-there.js';
import { appendChained, type ChainedFile, readChained } from '../chained-file.js';
import { meshDirectory } from '../identity.js';
import { applyTable, reduceTable, type Table, type TableEvent } from './table.js';

export function tableSessions(state: string): readonly string[] {
  return listIfThere(tablesDirectory(state))
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length));
}

/** @throws NocturneError `NOT_FOUND`, or `NOT_TRUSTED` if a line was changed. */
export function readTable(state: string, session: string): Table {
  const entries = readChained<TableEvent>(fileOf(state, session));
  if (entries !== undefined) return reduceTable(entries.map(({ event }) => event));
  throw new NocturneError('NOT_FOUND', `there is no table ${session}`, {
    hint: 'nocturne mesh tables shows them',
  });
}

/** @throws MeshRefusal if it may not happen now; nothing is written then. */
export function appendTable(
  state: string,
  session: string,
  { time, event }: { readonly time: Date; readonly event: TableEvent },
): Table {
  const table =
    event.kind === 'opened' ? reduceTable([event]) : applyTable(readTable(state, session), event);
  appendChained(fileOf(state, session), time, event);
  return table;
}

export function tablesDirectory(state: string): string {
  return join(meshDirectory(state), 'tables');
}

function fileOf(state: string, session: string): ChainedFile {
  const name = /^[\w-]{1,60}$/.test(session) ? session : 'none';
  return { path: join(tablesDirectory(state), `${name}.jsonl`), name: session };
}
