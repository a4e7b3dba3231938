/** One page as it was at a time: its source with line numbers, as it reads, or its fields. */
import { withoutSecrets } from '../../../../governance/guard/secrets.js';
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { localTime } from '../../../../project/local-time.js';
import { Empty, Section, Table } from '../../../../report/html/html.js';
import { LastChanged } from '../../../../report/html/last-change.js';
import { Prose } from '../../../../report/html/prose.js';
import { historyPage } from './log-page.js';
import { TimeMachine, timeAsked } from './time-machine.js';

const MOST_ROWS = 200;
const MOST_LINES = 2000;
const MOST_VERSIONS = 20;

type AsOf = {
  readonly time: string;
  readonly values: readonly {
    readonly address: string;
    readonly value: string | null;
    readonly text?: string | null;
  }[];
};
type Shown = {
  readonly path: string;
  readonly found: AsOf;
  readonly query: Readonly<Record<string, string>>;
};

export async function pastPage(context: PageContext): Promise<PageView> {
  const { snapshot, query, zone, call } = context;
  const path = query['path'] ?? '';
  const asked = timeAsked(query);
  const found = (await call('as-of', { args: [asked, path] })).json as AsOf;
  const at = new Date(found.time);
  const shown = { path, found, query };
  return {
    title: path,
    body: (
      <>
        <TimeMachine snapshot={snapshot} zone={zone} at={at} path={path} />
        <LastChanged snapshot={snapshot} path={path} />
        <Section title={`At ${localTime(found.time, zone)}`}>
          {found.values[0]?.address === path ? <Whole {...shown} /> : <Fields {...shown} />}
        </Section>
        <Versions context={context} path={path} />
      </>
    ),
  };
}

function Whole(shown: Shown) {
  const { path, found, query } = shown;
  const { value, text } = found.values[0] ?? { value: '', text: '' };
  if (value === '') return <Empty>There was no {path} at this time.</Empty>;
  if (text === null || text === undefined)
    return <Empty>Its text at this time is no longer stored, or is not text.</Empty>;
  const safe = withoutSecrets(text);
  if (!path.endsWith('.md')) return <Source text={safe} shown={shown} />;
  const isRead = query['view'] === 'rendered';
  return (
    <>
      <p class="more">
        <a href={linkTo(shown, {})} aria-current={isRead ? undefined : 'true'}>
          Source
        </a>
        <a href={linkTo(shown, { view: 'rendered' })} aria-current={isRead ? 'true' : undefined}>
          As it reads
        </a>
      </p>
      {isRead ? <Rendered text={safe} /> : <Source text={safe} shown={shown} />}
    </>
  );
}

function Rendered({ text }: { readonly text: string }) {
  const front = /^---\n[\s\S]*?\n---\n/.exec(text)?.[0] ?? '';
  return (
    <>
      {front === '' ? null : <pre class="folded">{front}</pre>}
      <article class="card">
        <Prose text={text.slice(front.length)} />
      </article>
    </>
  );
}

function Source({ text, shown }: { readonly text: string; readonly shown: Shown }) {
  const lines = text.replace(/\n$/, '').split('\n');
  const first = Math.max(1, Number.parseInt(shown.query['line'] ?? '1', 10) || 1);
  const part = lines.slice(first - 1, first - 1 + MOST_LINES);
  const next = first + part.length;
  return (
    <>
      <section class="past-source" aria-label="Source" tabindex={0}>
        <pre class="lines" aria-hidden="true">
          {part.map((_, i) => `${first + i}\n`).join('')}
        </pre>
        <pre class="text">{part.join('\n')}</pre>
      </section>
      {next <= lines.length ? (
        <p>
          <a
            href={linkTo(shown, { line: String(next) })}
          >{`From line ${next} of ${lines.length}`}</a>
        </p>
      ) : null}
    </>
  );
}

/** A page with records is in the change log field by field. */
function Fields(shown: Shown) {
  const { path, found, query } = shown;
  const { values } = found;
  if (values.length === 0)
    return (
      <Empty>This page had no values at this time, or is a log: logs are only added to.</Empty>
    );
  const first = Math.max(0, Number.parseInt(query['skip'] ?? '0', 10) || 0);
  const next = first + MOST_ROWS;
  return (
    <>
      <p class="note">
        {`Nocturne records this page value by value: ${values.length} at this time.`}
      </p>
      <Table
        caption={`Values of ${path}`}
        columns={[{ label: 'Value of' }, { label: 'Was' }]}
        rows={values.slice(first, next).map(({ address, value }) => [
          <a class="outcome" href={`/history/address?address=${encodeURIComponent(address)}`}>
            {address.slice(path.length + 1)}
          </a>,
          <span class="value">{value === null ? 'no longer stored' : withoutSecrets(value)}</span>,
        ])}
      />
      {next < values.length ? (
        <p>
          <a href={linkTo(shown, { skip: String(next) })}>More values</a>
        </p>
      ) : null}
    </>
  );
}

function Versions({ context, path }: { readonly context: PageContext; readonly path: string }) {
  const { snapshot, zone } = context;
  const filter = { run: '', file: path, type: 'change', actor: '' };
  const { rows } = historyPage(snapshot, filter);
  const times = [...new Map(rows.map((row) => [row.time, row])).values()].slice(0, MOST_VERSIONS);
  if (times.length === 0) return null;
  return (
    <Section title="Versions">
      <ul>
        {times.map(({ time, actor, detail }) => (
          <li>
            <a href={`/history/page?${new URLSearchParams({ path, at: time })}`}>
              {localTime(time, zone)}
            </a>{' '}
            <span class="note">{`${actor}: ${detail}`}</span>
          </li>
        ))}
      </ul>
      <p>
        <a href={`/history?file=${encodeURIComponent(path)}`}>All that happened to this page</a>
      </p>
    </Section>
  );
}

function linkTo({ path, found }: Shown, more: Readonly<Record<string, string>>): string {
  return `/history/page?${new URLSearchParams({ path, at: found.time, ...more })}`;
}
