/** Night: every pass of one night, on a time axis and as a table, and what did not begin. */
import { NocturneError } from '../../../../kernel/error.js';
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import type { Night, NightPass } from '../../../../passes/night-passes.js';
import { Badge, Empty, Section, Table } from '../../../../report/html/html.js';
import { NOT_BEGUN, clockTime, lasted, stateWord, toneOf, tokensText } from './pass-words.js';
import { Timeline } from './timeline.js';

const MOST_ROWS = 200;

export async function night({ workspace, query, zone, call }: PageContext): Promise<PageView> {
  const { date: day = query['from'], skip: after = '0' } = query;
  const options = day === undefined || day === '' ? {} : { night: day };
  const { json } = await call('log', { options });
  const shown = json as Night;
  // Snapshots may be a minute old; a pass that runs grows all the same.
  const now = workspace.clock.now().getTime();
  const running = shown.passes.filter(({ state }) => state !== 'ended');
  const spent = running.length === 0 ? undefined : await tokensSoFar(call, shown.night);
  const first = Math.max(0, Number.parseInt(after, 10) || 0);
  const passes = shown.passes.slice(first, first + MOST_ROWS);
  return {
    title: 'Night',
    body: (
      <>
        <WhichNight night={shown} zone={zone} today={clockDay(now, zone)} />
        {running.map((pass) => (
          <Running pass={pass} zone={zone} now={now} tokens={spent?.get(pass.id)} />
        ))}
        {shown.passes.length + shown.notBegun.length === 0 ? (
          <Empty>
            No pass ran in this night. The last one that did is under{' '}
            <a href="/night">the last night</a>.
          </Empty>
        ) : (
          <Timeline passes={passes} notBegun={shown.notBegun} now={now} zone={zone} />
        )}
        {passes.length === 0 ? null : (
          <Passes {...{ passes, first, zone, now, all: shown.passes.length, night: shown.night }} />
        )}
        <NotBegunTable night={shown} zone={zone} />
      </>
    ),
  };
}

function WhichNight({
  night: { night: day, from },
  zone,
  today,
}: {
  readonly night: Night;
  readonly zone: string;
  readonly today: string;
}) {
  const evening = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'full' });
  return (
    <div class="which">
      <p>
        The night that began on <strong>{evening.format(new Date(from))}</strong>, from noon to
        noon.
      </p>
      <form method="get" action="/night" class="inline">
        <a href={`/night?date=${dayFrom(day, -1)}`} rel="prev">
          ← night before
        </a>
        <label>
          Night of <input type="date" name="date" value={day} max={today} />
        </label>
        <button type="submit">Show</button>
        <a href={`/night?date=${dayFrom(day, 1)}`} rel="next">
          night after →
        </a>
      </form>
    </div>
  );
}

function Running({
  pass,
  zone,
  now,
  tokens,
}: {
  readonly pass: NightPass;
  readonly zone: string;
  readonly now: number;
  readonly tokens: number | undefined;
}) {
  const { id, role, project, state, started, heartbeat } = pass;
  const heard = `The last heartbeat was at ${clockTime(heartbeat, zone)}.`;
  return (
    <article class="card running" data-refresh={state === 'live' ? '10' : undefined}>
      <h2>
        <a href={`/runs/${id}`}>{id}</a>{' '}
        <Badge tone={toneOf(pass)}>{state === 'live' ? 'running' : `lost (${state})`}</Badge>
      </h2>
      <p>
        {state === 'live'
          ? `The ${role} has been working${project === '' ? '' : ` on ${project}`} since ${clockTime(started, zone)}, ${lasted(started, now)}. ${heard}`
          : `This pass never ended. ${heard} The next pass clears up after it.`}{' '}
        {tokens === undefined
          ? 'What it has used so far is not known here.'
          : `It has used ${tokens.toLocaleString('en')} tokens so far.`}
      </p>
    </article>
  );
}

function Passes(shown: {
  readonly passes: readonly NightPass[];
  readonly first: number;
  readonly all: number;
  readonly zone: string;
  readonly now: number;
  readonly night: string;
}) {
  const { passes, first, all, zone, now, night: day } = shown;
  const last = first + passes.length;
  return (
    <Section
      title="Passes"
      note={all > passes.length ? `${first + 1} to ${last} of ${all}` : String(all)}
    >
      <Table
        caption="Passes of this night"
        columns={[
          { label: '#', kind: 'number' },
          { label: 'Began' },
          { label: 'Project' },
          { label: 'Result' },
          { label: 'Took', kind: 'number' },
          { label: 'Tokens', kind: 'number' },
          { label: 'Run' },
          { label: 'Outcome' },
        ]}
        rows={passes.map((pass, i) => [
          first + i + 1,
          clockTime(pass.started, zone),
          pass.project === '' ? (
            pass.role
          ) : (
            <a href={`/projects/${encodeURIComponent(pass.project.split('/')[0] ?? '')}`}>
              {pass.project}
            </a>
          ),
          <Badge tone={toneOf(pass)}>{stateWord(pass)}</Badge>,
          lasted(pass.started, pass.ended === '' ? now : pass.ended),
          tokensText(pass),
          <a class="id" href={`/runs/${pass.id}`}>
            {pass.id}
          </a>,
          <span class="outcome">{pass.outcome}</span>,
        ])}
      />
      <p class="more">
        {first > 0 ? (
          <a href={`/night?date=${day}&skip=${Math.max(0, first - MOST_ROWS)}`}>earlier passes</a>
        ) : null}
        {last < all ? <a href={`/night?date=${day}&skip=${last}`}>later passes</a> : null}
      </p>
    </Section>
  );
}

function NotBegunTable({
  night: { notBegun },
  zone,
}: {
  readonly night: Night;
  readonly zone: string;
}) {
  return (
    <Section title="Did not begin" note={String(notBegun.length)}>
      {notBegun.length === 0 ? (
        <Empty>No pass was refused, missed or deferred.</Empty>
      ) : (
        <Table
          caption="Passes that did not begin"
          columns={[{ label: 'Time' }, { label: 'What' }, { label: 'Happened' }, { label: 'Why' }]}
          rows={notBegun
            .slice(0, MOST_ROWS)
            .map(({ kind, time, what, why }) => [
              clockTime(time, zone),
              what,
              <Badge tone={NOT_BEGUN[kind].tone}>{NOT_BEGUN[kind].word}</Badge>,
              why,
            ])}
        />
      )}
    </Section>
  );
}

/** By run, as far as anything here counts calls to models. */
async function tokensSoFar(
  call: PageContext['call'],
  since: string,
): Promise<ReadonlyMap<string, number>> {
  try {
    const { json } = await call('spend', { options: { since, by: 'pass' } });
    const { pass: passes = [] } = json as {
      readonly pass?: readonly { readonly name: string; readonly tokens: number }[];
    };
    return new Map(passes.map(({ name, tokens }) => [name, tokens]));
  } catch (error) {
    if (error instanceof NocturneError) return new Map();
    throw error;
  }
}

function dayFrom(day: string, days: number): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

function clockDay(now: number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(now);
}
