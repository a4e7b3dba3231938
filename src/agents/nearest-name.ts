/** The known name that was probably meant. */

/** The name with the fewest edits from `given`, at most a third of its length (one at least); `undefined` when none is that near. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const wanted = given.toLowerCase().slice(0, 80);
  const near = known.map((name) => ({ name, edits: editDistance(wanted, name.toLowerCase()) })).filter(({ name, edits }) => edits <= Math.max(1, Math.floor(name.length / 3)));
  return near.sort((a, b) => a.edits - b.edits)[0]?.name;
}

/** Insertions, deletions, replacements and swaps of neighbours that make `b` of `a` (optimal string alignment), row by row. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
