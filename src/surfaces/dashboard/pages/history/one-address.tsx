/** Every recorded change of one value. */
import { withoutSecrets } from '../../../../governance/guard/secrets.js';
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { localTime } from '../../../../project/local-time.js';
import { Empty, Section, Table } from '../../../../report/html/html.js';
import { LastChanged } from '../../../../report/html/last-change.js';
import { fileOfAddress } from '../../../../workspace/history-between.js';

const MOST_ROWS = 200;

type HistoryDocument = {
  readonly address: string;
  readonly now: string | null;
  readonly values: readonly {
    readonly value: string | null;
    readonly old: string | null;
    readonly t_written: string;
    readonly run_id: string;
    readonly writer: string;
    readonly reason: string;
  }[];
};

export async function oneAddress({ snapshot, query, zone, call }: PageContext): Promise<PageView> {
  const typed = query['address'] ?? '';
  const { address, now, values } = (await call('history', { args: [typed] }))
    .json as HistoryDocument;
  const newest = [...values].reverse();
  return {
    title: address,
    body: (
      <>
        <LastChanged snapshot={snapshot} path={fileOfAddress(snapshot, address)} />
        <p>
          It is now <strong class="value">{text(now) || 'nothing'}</strong>.
        </p>
        <Section title="Changes" note={String(values.length)}>
          {newest.length === 0 ? <Empty>No commit has changed it.</Empty> : null}
          {newest.length === 0 ? null : (
            <Table
              caption={`Changes of ${address}, newest first`}
              columns={[
                { label: 'Written' },
                { label: 'Old' },
                { label: 'New' },
                { label: 'By' },
                { label: 'Run' },
                { label: 'Why' },
              ]}
              rows={newest
                .slice(0, MOST_ROWS)
                .map((row) => [
                  <span class="id">{localTime(row.t_written, zone)}</span>,
                  <span class="value">{text(row.old)}</span>,
                  <span class="value">{text(row.value)}</span>,
                  row.writer,
                  row.run_id === '' ? '' : <a href={`/runs/${row.run_id}`}>{row.run_id}</a>,
                  row.reason,
                ])}
            />
          )}
          {newest.length > MOST_ROWS ? (
            <p class="note">{`and ${newest.length - MOST_ROWS} older changes: nocturne history lists them.`}</p>
          ) : null}
        </Section>
      </>
    ),
  };
}

function text(value: string | null): string {
  return value === null ? 'no longer stored' : withoutSecrets(value);
}
