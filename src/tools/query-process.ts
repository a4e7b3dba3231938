/**
 * The process for one query: `node query-process.js ROOT NOW SCOPE SQL`; a scope of `null` is
 * everything. Prints rows as JSON, or what is wrong with the query (exit 2).
 */
import { type ReadScope, scopedSnapshot } from '../governance/scoped-snapshot.js';
import { NocturneError } from '../kernel/error.js';
import { openSnapshot } from '../workspace/snapshot.js';
import { clip } from './tool.js';

const MOST_ROWS = 200;

const [root = '', now = '', scoped = '', sql = ''] = process.argv.slice(2);
try {
  const whole = openSnapshot(root, { now: new Date(now) });
  const scope = JSON.parse(scoped) as ReadScope | null;
  const { columns, rows, count } = (scope === null ? whole : scopedSnapshot(whole, scope))
    .sql()
    .first(sql, MOST_ROWS);
  process.stdout.write(
    clip(
      JSON.stringify({
        columns,
        rows,
        more: count > rows.length ? count - rows.length : undefined,
      }),
    ),
  );
} catch (error) {
  if (!(error instanceof NocturneError) || error.code !== 'BAD_QUERY') throw error;
  process.stdout.write(
    error.hint === undefined ? error.message : `${error.message} (${error.hint})`,
  );
  process.exitCode = 2;
}
