/** A measured value for people: four digits are enough, and a long number keeps its whole part. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : '-infinite';
  const rounded = Number(value.toPrecision(4));
  return Math.abs(value) >= 10_000 ? String(Math.round(value)) : String(rounded);
}
