/** Finds the existing name that somebody probably meant. */

/** A hint that names the nearest of `names`; `undefined` if none is near. */
export function didYouMean(typed: string, names: Iterable<string>): string | undefined {
  const near = nearestName(typed, names);
  return near === undefined ? undefined : `did you mean ${near}?`;
}

/** The name with the fewest edits from `typed`: at most a third of its length, at least one. */
export function nearestName(typed: string, names: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase().slice(0, 80);
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const most = Math.min(Math.max(1, Math.floor(name.length / 3)), fewest - 1);
    if (most < 0 || Math.abs(name.length - wanted.length) > most) continue;
    const edits = editDistance(wanted, name.toLowerCase());
    if (edits > most) continue;
    best = name;
    fewest = edits;
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (before[j - 2] ?? 0) + 1
          : Number.POSITIVE_INFINITY;
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same, swapped),
      );
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
