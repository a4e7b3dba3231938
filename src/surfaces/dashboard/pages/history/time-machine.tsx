/** The choice of a time, by slider or field: both work without scripts. */
import { fieldTime } from '../../../../project/field-text.js';
import { shownIn } from '../../../../project/zone.js';
import type { Snapshot } from '../../../../workspace/types.js';

/** `at`: the time that is shown. `path`: of which page; without one, of the whole workspace. */
export function TimeMachine({
  snapshot,
  zone,
  at,
  path,
}: {
  readonly snapshot: Snapshot;
  readonly zone: string;
  readonly at?: Date;
  readonly path?: string;
}) {
  const now = Math.floor(snapshot.now.getTime() / 1000);
  const first = firstChange(snapshot);
  const shown = Math.floor((at ?? snapshot.now).getTime() / 1000);
  const action = path === undefined ? '/history/at' : '/history/page';
  return (
    <div class="time-machine card" data-zone={zone}>
      <form method="get" action={action} class="inline slide">
        {path === undefined ? null : <input type="hidden" name="path" value={path} />}
        <label for="slide">{path === undefined ? 'The workspace at' : 'This page at'}</label>
        <input
          type="range"
          id="slide"
          name="slide"
          min={first}
          max={now}
          value={Math.max(first, Math.min(shown, now))}
          aria-valuetext={wallOf(shown, zone)}
        />
        <output for="slide">{wallOf(shown, zone)}</output>
        <button type="submit">Show</button>
      </form>
      <form method="get" action={action} class="inline">
        {path === undefined ? null : <input type="hidden" name="path" value={path} />}
        <TimeField label="Or at this time" name="at" time={wallOf(shown, zone)} />
        <button type="submit">Show</button>
        <span class="note">Times of {zone}.</span>
      </form>
      {path === undefined ? <Between now={now} shown={shown} first={first} zone={zone} /> : null}
      <script type="module" src="/assets/history.js" />
    </div>
  );
}

function Between({
  now,
  shown,
  first,
  zone,
}: {
  readonly now: number;
  readonly shown: number;
  readonly first: number;
  readonly zone: string;
}) {
  const from = shown < now ? shown : Math.max(first, now - 24 * 3600);
  return (
    <form method="get" action="/history/diff" class="inline">
      <TimeField label="What changed from" name="from" time={wallOf(from, zone)} />
      <TimeField label="to" name="to" time={wallOf(now, zone)} />
      <button type="submit">Compare</button>
    </form>
  );
}

function TimeField({
  label,
  name,
  time,
}: {
  readonly label: string;
  readonly name: string;
  readonly time: string;
}) {
  return (
    <label>
      {label}{' '}
      <input type="datetime-local" step="1" name={name} required value={time.replace(' ', 'T')} />
    </label>
  );
}

/** The time that a form asks for, as the command line takes it; the slider sends seconds. */
export function timeAsked(query: Readonly<Record<string, string>>): string {
  const slide = Number(query['slide'] ?? '');
  if (query['slide'] !== undefined && Number.isSafeInteger(slide) && slide > 0 && slide < 1e11)
    return `${new Date(slide * 1000).toISOString().slice(0, 19)}Z`;
  const asked = query['at'] ?? '';
  return asked === '' ? 'now' : asked;
}

function firstChange(snapshot: Snapshot): number {
  for (const row of snapshot.rows('CHANGE')) {
    const time = fieldTime(row, 't_written');
    if (time !== undefined) return Math.floor(time / 1000);
  }
  return Math.floor(snapshot.now.getTime() / 1000) - 1;
}

function wallOf(seconds: number, zone: string): string {
  return shownIn(zone, seconds * 1000);
}
