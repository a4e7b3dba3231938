/** Query: read-only SQL over the workspace, with its tables beside it. */
import { defined } from '../../../../kernel/defined.js';
import { NocturneError } from '../../../../kernel/error.js';
import { plural } from '../../../../kernel/words.js';
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { Empty, Table } from '../../../../report/html/html.js';
import { codeFrame } from '../../../../report/code-frame.js';
import { Tables, type TablesJson } from './tables.js';

/** A query that runs longer is ended. */
const LIMIT_MS = 10_000;
const MOST_ROWS = 200;
/** An argument of a process is at most 128 kB. */
const LONGEST = 20_000;
const FIRST = 'SELECT slug, status, phase\nFROM dispatch\nORDER BY priority';

type Cell = string | number | null;
type QueryJson = {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  readonly count: number;
};

export async function query({ query: asked, callApart, kept }: PageContext): Promise<PageView> {
  const sql = asked['sql']?.trim() ?? '';
  const tables = kept('tables');
  if (sql === '') callApart.prepare();
  return {
    title: 'Query',
    body: (
      <div class="query">
        <div>
          <form method="get" action="/query" class="ask">
            <label for="sql">SQL, read-only</label>
            <textarea id="sql" name="sql" rows={6} spellcheck={false} maxlength={LONGEST} required>
              {sql === '' ? FIRST : sql}
            </textarea>
            <button type="submit">Run</button>
          </form>
          <section aria-label="Result" aria-live="polite">
            {sql === '' ? (
              <Empty>The result stands here, and its address is a link to this query.</Empty>
            ) : (
              await answerTo(sql, callApart)
            )}
          </section>
        </div>
        <Tables {...((tables.json as TablesJson | undefined) ?? { tables: undefined })} />
      </div>
    ),
  };
}

async function answerTo(sql: string, callApart: PageContext['callApart']) {
  const began = performance.now();
  try {
    if (sql.length > LONGEST)
      throw new NocturneError('BAD_QUERY', `the query has more than ${LONGEST} characters`);
    const { json } = await callApart(
      'query',
      { args: [sql], options: { limit: MOST_ROWS } },
      { signal: new AbortController().signal, timeoutMs: LIMIT_MS },
    );
    return <Result {...(json as QueryJson)} took={performance.now() - began} />;
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    return <Problem error={error} sql={sql} />;
  }
}

function Result({ columns, rows, count, took }: QueryJson & { readonly took: number }) {
  const shown = rows.length < count ? `${rows.length} of ${count} rows` : plural(count, 'row');
  return (
    <>
      <p class="note">{`${shown} in ${(took / 1000).toFixed(2)} s`}</p>
      {rows.length === 0 ? (
        <Empty>{`No rows (columns: ${columns.join(', ')}).`}</Empty>
      ) : (
        <Table
          caption="Rows of the query"
          columns={columns.map((label) => ({
            label,
            ...defined({ kind: kindOf(rows.map((row) => row[label] ?? null)) }),
          }))}
          rows={rows.map((row) =>
            columns.map((name) => (row[name] === null ? '' : String(row[name]))),
          )}
        />
      )}
    </>
  );
}

/** A short text without a blank, such as the id of a run, is not broken. */
const NAME = /^\S{0,40}$/;

function kindOf(cells: readonly Cell[]): 'number' | 'name' | undefined {
  if (cells.every((cell) => cell === null || typeof cell === 'number')) return 'number';
  return cells.every((cell) => NAME.test(String(cell ?? ''))) ? 'name' : undefined;
}

/** The line that SQLite means, with a caret below it. */
function Problem({ error, sql }: { readonly error: NocturneError; readonly sql: string }) {
  const { line, column } = error.place;
  const frame =
    line === undefined || column === undefined
      ? []
      : codeFrame(
          sql.split('\n'),
          { file: '', line, column, endLine: line, endColumn: column + 1 },
          { width: 96, hidden: [] },
        );
  return (
    <div class="problem" role="alert">
      <p>{error.message}</p>
      {frame.length === 0 ? null : (
        <pre class="frame" tabindex={0}>
          {frame.map((text) => `${text.replace(/^ {4}/, '')}\n`)}
        </pre>
      )}
      {error.hint === undefined ? null : <p class="note">{error.hint}</p>}
    </div>
  );
}
