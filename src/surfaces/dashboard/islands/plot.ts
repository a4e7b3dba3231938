/** Draws plots from the numbers that the page carries, in the colours of the page. */
import uPlot from 'uplot';

type PlotData = {
  readonly axis: 'time' | 'count';
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly label: string;
  readonly noise?: readonly (number | null)[];
  readonly against?: { readonly label: string; readonly value: number };
  readonly range?: readonly [number, number];
  readonly unit?: string;
};

const HEIGHT = 200;
const HOUR = 3600;
/** Half of the line at the end of a bar of noise. */
const CAP = 8;
const drawn = new WeakMap<Element, { readonly data: string; readonly plot: uPlot }>();

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function draw(place: HTMLElement): void {
  const text = place.dataset['plot'] ?? '';
  const before = drawn.get(place);
  if (before?.data === text && place.contains(before.plot.root)) return;
  before?.plot.destroy();
  place.replaceChildren();
  const data = JSON.parse(text) as PlotData;
  const values = [data.x, data.y, ...(data.against ? [data.x.map(() => data.against?.value)] : [])];
  const plot = new uPlot(optionsOf(data, place.clientWidth), values as uPlot.AlignedData, place);
  drawn.set(place, { data: text, plot });
}

function optionsOf(data: PlotData, width: number): uPlot.Options {
  const [ink, quiet, line] = [colour('--ink'), colour('--quiet'), colour('--line')];
  const axis = { stroke: quiet, grid: { stroke: line, width: 1 }, ticks: { stroke: line } };
  const unit = data.unit ?? '';
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: data.axis === 'time', range: data.axis === 'time' ? aroundTime : aroundAll },
      y: data.range ? { range: [...data.range] as [number, number] } : {},
    },
    axes: [
      { ...axis, ...(data.axis === 'count' ? { incrs: [1, 2, 5, 10, 20, 50] } : {}) },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => `${tick}${unit}`) },
    ],
    series: [
      {},
      { label: data.label, stroke: ink, width: 2, points: { show: true, size: 7, fill: ink } },
      ...(data.against
        ? [{ label: data.against.label, stroke: quiet, dash: [4, 4], points: { show: false } }]
        : []),
    ],
    hooks: { draw: [(plot) => drawNoise(plot, data, ink)] },
  };
}

/** One moment alone would be shown in years. */
function aroundTime(_: uPlot, min: number, max: number): uPlot.Range.MinMax {
  return min === max ? [min - HOUR, max + HOUR] : [min, max];
}

function aroundAll(_: uPlot, min: number, max: number): uPlot.Range.MinMax {
  return [min - 0.5, max + 0.5];
}

/** A bar through each value, as long as the values scatter. */
function drawNoise(plot: uPlot, { x, y, noise }: PlotData, ink: string): void {
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.lineWidth = devicePixelRatio;
  for (const [i, half] of (noise ?? []).entries()) {
    const [at, value] = [x[i], y[i]];
    if (at === undefined || typeof value !== 'number' || half === null) continue;
    const middle = plot.valToPos(at, 'x', true);
    const ends = [value - half, value + half].map((end) => plot.valToPos(end, 'y', true));
    const [low = 0, high = 0] = ends;
    ctx.beginPath();
    ctx.moveTo(middle, low);
    ctx.lineTo(middle, high);
    for (const end of ends) {
      ctx.moveTo(middle - CAP * devicePixelRatio, end);
      ctx.lineTo(middle + CAP * devicePixelRatio, end);
    }
    ctx.stroke();
  }
  ctx.restore();
}

function drawAll(again = false): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-plot]')) {
    if (again) place.replaceChildren();
    draw(place);
  }
}

drawAll();
// A new state of the page takes drawings out, or brings other numbers.
new MutationObserver(() => drawAll()).observe(document.body, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: ['data-plot'],
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawAll(true));
let waiting = 0;
addEventListener('resize', () => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(() => drawAll(true));
});
