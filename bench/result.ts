/** One line of the bench: a figure, what it is compared with, and whether it meets its limit. */

export type Result = {
  readonly name: string;
  readonly figure: string;
  /** The floor or the peer, measured in the same run. */
  readonly against: string;
  readonly ratio: string;
  readonly limit: string;
  /** `undefined`: it has no limit. */
  readonly met: boolean | undefined;
};

export type Bench = {
  readonly name: string;
  readonly run: (directory: string) => Promise<readonly Result[]>;
};

export const ms = (value: number): string =>
  value < 10
    ? `${value.toFixed(2)} ms`
    : value < 10_000
      ? `${value.toFixed(0)} ms`
      : `${(value / 1000).toFixed(1)} s`;
export const times = (value: number): string => `${value.toFixed(2)}x`;
export const megabytes = (value: number): string => `${(value / 1e6).toFixed(0)} MB`;

/** A figure that may be at most `limit` times the floor. */
export function atMost(
  name: string,
  at: {
    readonly figure: number;
    readonly floor: number;
    readonly floorName: string;
    readonly limit: number;
  },
): Result {
  const ratio = at.figure / at.floor;
  return {
    name,
    figure: ms(at.figure),
    against: `${at.floorName} ${ms(at.floor)}`,
    ratio: times(ratio),
    limit: `<= ${at.limit}x`,
    met: ratio <= at.limit,
  };
}

export function table(results: readonly Result[]): string {
  const head = ['bench', 'figure', 'against', 'ratio', 'limit', 'met'];
  const rows = results.map((one) => [
    one.name,
    one.figure,
    one.against,
    one.ratio,
    one.limit,
    one.met === undefined ? '-' : one.met ? 'yes' : 'NO',
  ]);
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [
    line(head),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}
