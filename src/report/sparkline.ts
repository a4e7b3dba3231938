/** A row of numbers as a row of bars, one character each. */

const BARS = '▁▂▃▄▅▆▇█';

/** Nothing is the lowest bar, the greatest number the highest. */
export function sparkline(numbers: readonly number[]): string {
  const most = Math.max(0, ...numbers);
  return numbers
    .map((value) => BARS[most === 0 ? 0 : Math.ceil((value / most) * (BARS.length - 1))])
    .join('');
}
