/** A plot that the browser draws, with the same numbers as a table for everybody else. */
import type { Child } from 'hono/jsx';
import { type Column, Table } from './html.js';

/** What `islands/plot.ts` draws. `null`: nothing was measured there. */
export type PlotData = {
  /** `time`: seconds since 1970. */
  readonly axis: 'time' | 'count';
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly label: string;
  /** Around each value: how far it may be off. */
  readonly noise?: readonly (number | null)[];
  /** A value to compare with, as a dashed line. */
  readonly against?: { readonly label: string; readonly value: number };
  readonly range?: readonly [number, number];
  readonly unit?: string;
};

/** Stands on every page that may have a plot: a script that comes later is not run. */
export function PlotScript() {
  return <script type="module" src="/assets/plot.js" />;
}

export function Plot({
  caption,
  data,
  columns,
  rows,
}: {
  readonly caption: string;
  readonly data: PlotData;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Child[])[];
}) {
  return (
    <figure class="plot">
      <div class="drawn" data-plot={JSON.stringify(data)} aria-hidden="true" />
      <figcaption class="note">{caption}</figcaption>
      <details>
        <summary>The same as a table</summary>
        <Table caption={caption} columns={columns} rows={rows} />
      </details>
    </figure>
  );
}
