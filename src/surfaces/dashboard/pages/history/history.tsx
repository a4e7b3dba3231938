/** History: what happened, from both logs, and the way to the workspace as it was. */
import { withoutSecrets } from '../../../../governance/guard/secrets.js';
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { localTime } from '../../../../project/local-time.js';
import { Badge, Empty, Section, Table, type Tone } from '../../../../report/html/html.js';
import { fileOfAddress } from '../../../../workspace/history-between.js';
import { storedText } from '../../../../workspace/history.js';
import type { Snapshot } from '../../../../workspace/types.js';
import { shownIn } from '../../../../project/zone.js';
import { instant } from '../../../../project/field-text.js';
import {
  cursorOf,
  type HistoryFilter,
  historyPage,
  type HistoryPage,
  type HistoryRow,
} from './log-page.js';
import { TimeMachine } from './time-machine.js';

const FILTERS = ['run', 'file', 'type', 'actor'] as const;
const LABELS = { run: 'Run', file: 'File, or a folder with /', type: 'Type', actor: 'Actor' };
const LONGEST = 160;

const TONES: Readonly<Record<string, Tone>> = {
  refused: 'wrong',
  failed: 'wrong',
  halted: 'attention',
  restored: 'attention',
  missed: 'attention',
};

export function history({ snapshot, query, zone }: PageContext): PageView {
  const filter: HistoryFilter = {
    run: query['run']?.trim() ?? '',
    file: query['file']?.trim() ?? '',
    type: query['type']?.trim() ?? '',
    actor: query['actor']?.trim() ?? '',
  };
  const page = historyPage(snapshot, filter, cursorOf(query['before']));
  return {
    title: 'History',
    body: (
      <>
        <TimeMachine snapshot={snapshot} zone={zone} />
        <Section title="What happened" id="log">
          <Filters filter={filter} />
          {page.rows.length === 0 ? (
            <Empty>
              {page.isFull
                ? 'No row of the audit log or the change log matches.'
                : 'None of the newest rows matches. Older ones may.'}
            </Empty>
          ) : (
            <Rows snapshot={snapshot} rows={page.rows} zone={zone} />
          )}
          <Pages page={page} filter={filter} isFirst={query['before'] === undefined} zone={zone} />
        </Section>
      </>
    ),
  };
}

function Filters({ filter }: { readonly filter: HistoryFilter }) {
  return (
    <form method="get" action="/history" class="inline filters">
      {FILTERS.map((name) => (
        <label>
          {LABELS[name]} <input name={name} value={filter[name]} autocomplete="off" />
        </label>
      ))}
      <button type="submit">Filter</button>
      {FILTERS.some((name) => filter[name] !== '') ? <a href="/history">All</a> : null}
    </form>
  );
}

function Rows({
  snapshot,
  rows,
  zone,
}: {
  readonly snapshot: Snapshot;
  readonly rows: readonly HistoryRow[];
  readonly zone: string;
}) {
  return (
    <Table
      caption="Rows of the audit log and the change log, newest first"
      columns={[
        { label: 'Time' },
        { label: 'Type' },
        { label: 'What' },
        { label: 'Details' },
        { label: 'By' },
        { label: 'Run' },
      ]}
      rows={rows.map((row) => [
        <span class="id">{secondsOf(row.time, zone)}</span>,
        <>
          {row.type === UNDO ? 'undone' : row.type}{' '}
          <Badge tone={TONES[row.result]}>{wordOf(row)}</Badge>
        </>,
        <Target snapshot={snapshot} row={row} />,
        <span class="outcome">{detailOf(snapshot, row)}</span>,
        row.type === UNDO ? `Nocturne, after the ${row.actor}` : row.actor,
        row.run === '' ? (
          ''
        ) : (
          <a class="id" href={`/runs/${encodeURIComponent(row.run)}`}>
            {row.run}
          </a>
        ),
      ])}
    />
  );
}

/** Nocturne restores what a pass was not allowed to change; the row has the name of the pass. */
const UNDO = 'undo';

function wordOf({ type, result }: HistoryRow): string {
  if (result === 'ok') return '';
  return type === UNDO && result === 'restored' ? 'as it was before' : result;
}

/** A file leads to its versions, and a field to its history. */
function Target({ snapshot, row }: { readonly snapshot: Snapshot; readonly row: HistoryRow }) {
  const { log, target } = row;
  const file = fileOfAddress(snapshot, target);
  const isFile = log === 'CHANGE' || snapshot.files.has(file);
  if (!isFile) return <span class="outcome">{withoutSecrets(target)}</span>;
  const href =
    file === target
      ? `/history/page?path=${encodeURIComponent(file)}`
      : `/history/address?address=${encodeURIComponent(target)}`;
  return (
    <a class="outcome" href={href}>
      {target}
    </a>
  );
}

function detailOf(snapshot: Snapshot, row: HistoryRow): string {
  if (row.log === 'AUDIT') return short(row.detail);
  if (!row.target.includes('#')) return row.detail;
  const [old, now] = [row.old, row.new].map(
    (value) => short(storedText(snapshot.root, value) ?? 'no longer stored') || 'nothing',
  );
  return `${old} → ${now}: ${row.detail}`;
}

function short(text: string): string {
  const line = withoutSecrets(text).replaceAll('\n', ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

function secondsOf(stored: string, zone: string): string {
  const time = instant(stored);
  return time === undefined ? stored : shownIn(zone, time);
}

function Pages({
  page: { rows, next, isFull },
  filter,
  isFirst,
  zone,
}: {
  readonly page: HistoryPage;
  readonly filter: HistoryFilter;
  readonly isFirst: boolean;
  readonly zone: string;
}) {
  const query = new URLSearchParams(Object.entries(filter).filter(([, text]) => text !== ''));
  const newest = `/history?${query}`;
  if (next !== undefined) query.set('before', `${next.audit}.${next.change}`);
  const last = rows.at(-1);
  return (
    <p class="more">
      {isFirst ? null : <a href={newest}>Newest</a>}
      {next === undefined ? (
        <span class="note">There are no older rows.</span>
      ) : (
        <a href={`/history?${query}`} rel="next">
          {isFull || last === undefined
            ? 'Older rows'
            : `Look further back than ${localTime(last.time, zone)}`}
        </a>
      )}
    </p>
  );
}
