/** The tables that a query can name, each with its columns. */
import { Empty } from '../../../../report/html/html.js';

export type TablesJson = {
  readonly tables:
    | readonly {
        readonly name: string;
        readonly rows: number;
        readonly columns: readonly string[];
      }[]
    | undefined;
};

export function Tables({ tables }: TablesJson) {
  return (
    <aside class="tables" aria-label="Tables">
      <h2>Tables</h2>
      {tables === undefined ? <Empty>They are being counted.</Empty> : null}
      {(tables ?? []).map(({ name, rows, columns }) => (
        <details>
          <summary>
            <code>{name}</code> <span class="note number">{rows.toLocaleString('en-US')}</span>
          </summary>
          <p class="columns">
            {columns.map((column) => (
              <>
                <code>{column}</code>{' '}
              </>
            ))}
          </p>
          <p>
            <a href={`/query?sql=${encodeURIComponent(`SELECT *\nFROM "${name}"\nLIMIT 200`)}`}>
              First rows
            </a>
          </p>
        </details>
      ))}
    </aside>
  );
}
