/** The passes of a night as a figure. The table below says the same to screen readers. */
import type { NightPass, NotBegun } from '../../../../passes/night-passes.js';
import { instant } from '../../../../project/field-text.js';
import { NOT_BEGUN, clockTime, stateWord, toneOf } from './pass-words.js';
import { type Bar, LEAST_PERCENT, type TimelineLayout, timelineLayout } from './timeline-layout.js';

/** Pixels. Only the heights are fixed: the width is that of the page. */
const [AXIS, LANE, BAR] = [28, 36, 28];
/** Percent of the axis: narrower bars carry no words. */
const [FITS_NUMBER, FITS_NAME, FITS_ON_PHONE] = [2.5, 12, 36];

type Shown = {
  readonly passes: readonly NightPass[];
  readonly notBegun: readonly NotBegun[];
  readonly now: number;
  readonly zone: string;
};

export function Timeline({ passes, notBegun, now, zone }: Shown) {
  const layout = timelineLayout({
    spans: passes.flatMap((pass) => spanOf(pass)),
    marks: notBegun.flatMap(({ time }) => instant(time) ?? []),
    now,
    zone,
  });
  if (layout === undefined) return null;
  const marksAt = AXIS + layout.lanes * LANE;
  const height = marksAt + (notBegun.length > 0 ? LANE : 0);
  return (
    <figure class="timeline">
      <svg width="100%" height={height} aria-hidden="true">
        <Axis layout={layout} height={height} />
        {layout.bars.map((bar) => (
          <PassBar bar={bar} passes={passes} zone={zone} />
        ))}
        {layout.marks.map((left, i) => (
          <Mark left={left} y={marksAt + LANE / 2} notBegun={notBegun[i]} zone={zone} />
        ))}
      </svg>
      <figcaption class="note">
        Times of {zone}. <span class="key good">good</span>{' '}
        <span class="key attention">needs a look</span> <span class="key wrong">failed</span>{' '}
        <span class="key">no grade</span>
        {notBegun.length > 0 ? ' ◆ did not begin' : ''}
      </figcaption>
    </figure>
  );
}

function spanOf({ id, started, ended, state, heartbeat }: NightPass) {
  const start = instant(started);
  if (start === undefined) return [];
  if (state === 'live') return [{ id, start }];
  return [{ id, start, end: instant(state === 'ended' ? ended : heartbeat) ?? start }];
}

function Axis({ layout, height }: { readonly layout: TimelineLayout; readonly height: number }) {
  return (
    <g class="axis">
      {layout.ticks.map(({ left, label }, i) => (
        <g class={i % 2 === 1 ? 'second' : undefined}>
          <line x1={`${left}%`} x2={`${left}%`} y1={AXIS - 4} y2={height} />
          <text x={`${left}%`} y={16} text-anchor={anchorAt(left)}>
            {label}
          </text>
        </g>
      ))}
    </g>
  );
}

function anchorAt(left: number): 'start' | 'middle' | 'end' {
  if (left < 3) return 'start';
  return left > 97 ? 'end' : 'middle';
}

function PassBar({
  bar,
  passes,
  zone,
}: {
  readonly bar: Bar;
  readonly passes: readonly NightPass[];
  readonly zone: string;
}) {
  const index = passes.findIndex(({ id }) => id === bar.id);
  const pass = passes[index];
  if (pass === undefined) return null;
  const { id, role, project, state, started, ended } = pass;
  const name = project || role;
  const until = state === 'live' ? 'now' : clockTime(ended, zone);
  return (
    <a href={`/runs/${id}`} tabindex={-1}>
      <svg
        x={`${bar.left}%`}
        y={AXIS + bar.lane * LANE + (LANE - BAR) / 2}
        width={`${Math.max(bar.width, LEAST_PERCENT)}%`}
        height={BAR}
        class={`bar-of-pass ${state} ${role} ${toneOf(pass) ?? ''}`}
      >
        <title>{`${id}, ${name}, ${clockTime(started, zone)} to ${until}, ${stateWord(pass)}`}</title>
        <rect width="100%" height={BAR} rx={3} />
        {bar.width >= FITS_NUMBER ? (
          <text x={6} y={19}>
            {index + 1}
            {bar.width >= FITS_NAME ? (
              <tspan class={bar.width >= FITS_ON_PHONE ? undefined : 'name'}>{` ${name}`}</tspan>
            ) : null}
          </text>
        ) : null}
      </svg>
    </a>
  );
}

function Mark({
  left,
  y,
  notBegun,
  zone,
}: {
  readonly left: number;
  readonly y: number;
  readonly notBegun: NotBegun | undefined;
  readonly zone: string;
}) {
  if (notBegun === undefined) return null;
  const { kind, time, what } = notBegun;
  const { word, tone } = NOT_BEGUN[kind];
  return (
    <text x={`${left}%`} y={y + 5} text-anchor={anchorAt(left)} class={`mark ${tone ?? ''}`}>
      <title>{`${clockTime(time, zone)} ${what}: ${word}`}</title>◆
    </text>
  );
}
