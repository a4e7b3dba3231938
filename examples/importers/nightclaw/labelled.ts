/**
 * Blocks of `Label: value` lines, as people and models write them: bold or not, in a list or not,
 * with lines that go on.
 */

export type Labelled = ReadonlyMap<string, string>;

/**
 * The values of the given labels (lower case), each with the lines that follow it until the next of
 * them. Fenced blocks are read like other lines.
 * A label that comes twice keeps both values.
 */
export function labelled(text: string, labels: readonly string[]): Labelled {
  const found = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    const match =
      /^\s*(?:[-*+]\s+)?(?:\*\*|__)?([A-Za-z][A-Za-z0-9 _/-]*?)\s*(?:\*\*|__)?\s*:\s*(?:\*\*|__)?\s*(.*)$/.exec(
        line,
      );
    const label = match?.[1]?.toLowerCase().replaceAll('_', ' ');
    if (label !== undefined && labels.includes(label)) {
      current = found.get(label) ?? [];
      found.set(label, current);
      current.push(match?.[2] ?? '');
    } else if (!/^\s*(?:```|~~~|---\s*$)/.test(line)) current?.push(line.trim());
  }
  return new Map([...found].map(([label, lines]) => [label, lines.join('\n').trim()]));
}
