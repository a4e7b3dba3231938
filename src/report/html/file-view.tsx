/** A file of the workspace as a reader wants it: prose, a table, or its source. */
import { Empty, Table } from './html.js';
import { Prose } from './prose.js';
import { csvRows } from './csv-rows.js';

/** Characters that are shown. */
export const MOST_SHOWN = 100_000;
const MOST_ROWS = 200;
/** Front matter is data: it is shown as source. */
const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** @param text `undefined`: not UTF-8. @param bytes of the file, which `text` may begin. */
export function FileView({
  path,
  text,
  bytes,
  most = MOST_SHOWN,
}: {
  readonly path: string;
  readonly text: string | undefined;
  readonly bytes: number;
  readonly most?: number;
}) {
  if (text === undefined) return <Empty>It is not text, so it is not shown.</Empty>;
  if (text.trim() === '') return <Empty>The file is empty.</Empty>;
  const shown = text.length > most ? text.slice(0, text.lastIndexOf('\n', most) + 1 || most) : text;
  return (
    <>
      <Content path={path} text={shown} />
      {shown === text ? null : (
        <p class="note">
          {`The first ${shown.length.toLocaleString('en')} characters of a file of ${bytes.toLocaleString('en')} bytes.`}
        </p>
      )}
    </>
  );
}

function Content({ path, text }: { readonly path: string; readonly text: string }) {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  if (extension === 'csv' || extension === 'tsv')
    return <CsvTable path={path} text={text} separator={extension === 'csv' ? ',' : '\t'} />;
  if (extension !== 'md') return <Source label={path} text={text} />;
  const front = FRONT_MATTER.exec(text);
  return (
    <>
      {front === null ? null : <Source label="Front matter" text={front[1] ?? ''} />}
      <Prose text={text.slice(front?.[0].length ?? 0)} from={path} />
    </>
  );
}

function Source({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <section class="scroll" tabindex={0} aria-label={label}>
      <pre class="source">{text}</pre>
    </section>
  );
}

function CsvTable({
  path,
  text,
  separator,
}: {
  readonly path: string;
  readonly text: string;
  readonly separator: string;
}) {
  const [head = [], ...rows] = csvRows(text, separator);
  const columns = head.map((label, index) => ({
    label,
    ...(isNumeric(rows.map((row) => row[index] ?? '')) ? { kind: 'number' as const } : {}),
  }));
  return (
    <>
      <Table
        caption={path}
        columns={columns}
        rows={rows.slice(0, MOST_ROWS).map((row) => head.map((_, index) => row[index] ?? ''))}
      />
      {rows.length <= MOST_ROWS ? null : (
        <p class="note">{`The first ${MOST_ROWS} of ${rows.length} rows.`}</p>
      )}
    </>
  );
}

function isNumeric(values: readonly string[]): boolean {
  return (
    values.some((value) => value !== '') &&
    values.every((value) => /^-?\d*[.,]?\d*\s?%?$/.test(value.trim()))
  );
}
