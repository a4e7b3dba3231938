/**
 * A SELECT that an agent wrote, for a limited time and in limited memory: SQLite cannot be
 * interrupted from inside, so it runs in a process that can be ended.
 */
import { fileURLToPath } from 'node:url';
import { runCommand } from '../governance/conditions/run-programs.js';
import type { ReadScope } from '../governance/scoped-snapshot.js';
import { stamp } from '../kernel/clock.js';

type QueryResult = { readonly ok: boolean; readonly text: string };

/** `scope`: what whoever asks may see; nothing given is everything. */
export type QueryBounds = {
  readonly now: Date;
  readonly scope?: ReadScope;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly memoryMb?: number;
};

const LIMIT_MS = 10_000;
const LIMIT_MB = 512;
/** One argument of a process may not be longer than 128 KB. */
const LONGEST = 20_000;
const PROGRAM = fileURLToPath(new URL('query-process.js', import.meta.url));
const NARROWER = 'Ask for less: name the rows that you need, and let no recursion run without end.';

/** Rows as JSON, or in words why there are none. */
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
