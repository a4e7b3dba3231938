/**
 * A SELECT over the workspace, with a time and memory limit. SQLite cannot be interrupted from
 * inside, so it runs in a process of its own.
 */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { type ToolAnswer, tool } from './tool.js';
import { runCommand } from '../governance/conditions/run-programs.js';
import type { ReadScope } from '../governance/scoped-snapshot.js';
import { stamp } from '../kernel/clock.js';

export const queryTool = tool({
  name: 'query',
  description:
    'Ask the workspace in SQL (SQLite, read-only): one table per object kind, and files, links, edges, routes, fields.',
  args: z.strictObject({ sql: z.string() }),
  need: 'project',
  doors: ['chat', 'mcp', 'command line'],
  readOnly: true,
  structured: true,
  ofPass: false,
  /** @throws NocturneError `BAD_QUERY` with SQLite's message. */
  async run({ workspace, scope, signal }, { sql }) {
    const bounds = defined({ now: workspace.clock.now(), signal, scope });
    const { ok, text } = await boundedQuery(workspace.root, sql, bounds);
    if (!ok) throw new NocturneError('BAD_QUERY', text);
    return { text, data: rowsOf(text) };
  },
});

/** Clipped output is no longer JSON. */
function rowsOf(text: string): ToolAnswer['data'] {
  try {
    return JSON.parse(text) as ToolAnswer['data'];
  } catch {
    return { text };
  }
}

type QueryResult = { readonly ok: boolean; readonly text: string };

/** `scope`: what the caller may see; default: everything. */
export type QueryBounds = {
  readonly now: Date;
  readonly scope?: ReadScope;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly memoryMb?: number;
};

const LIMIT_MS = 10_000;
const LIMIT_MB = 512;
/** An argument of a process is at most 128 KB. */
const LONGEST = 20_000;
const PROGRAM = fileURLToPath(new URL('query-process.js', import.meta.url));
const NARROWER = 'Ask for less: name the rows that you need, and let no recursion run without end.';

export async function boundedQuery(
  root: string,
  sql: string,
  bounds: QueryBounds,
): Promise<QueryResult> {
  if (sql.length > LONGEST)
    return {
      ok: false,
      text: `The query has ${sql.length} characters; at most ${LONGEST} are taken.`,
    };
  if (sql.includes('\0')) return { ok: false, text: 'The query contains a NUL character.' };
  const timeoutMs = bounds.timeoutMs ?? LIMIT_MS;
  const argv = [
    process.execPath,
    `--max-old-space-size=${bounds.memoryMb ?? LIMIT_MB}`,
    PROGRAM,
    root,
    stamp(bounds.now),
    JSON.stringify(bounds.scope ?? null),
    sql,
  ];
  const result = await runCommand({ argv, cwd: root, timeoutMs, signal: bounds.signal });
  if (bounds.signal.aborted) return { ok: false, text: 'The pass was stopped.' };
  if (result.kind === 'failed')
    return {
      ok: false,
      text: `The query was not done within ${timeoutMs / 1000} s and was stopped. ${NARROWER}`,
    };
  if (result.exit === 0) return { ok: true, text: result.stdout };
  if (result.exit === 2) return { ok: false, text: result.stdout };
  if (result.exit !== null)
    return {
      ok: false,
      text: `The query could not be answered: ${result.stderr.trim().slice(-500)}`,
    };
  return {
    ok: false,
    text: `The query ended without an answer, probably because it needed more than ${bounds.memoryMb ?? LIMIT_MB} MB. ${NARROWER}`,
  };
}
