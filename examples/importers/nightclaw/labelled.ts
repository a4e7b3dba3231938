/** Reads blocks of `Label: value` lines: bold or not, in a list or not, over one or more lines. */

export type Labelled = ReadonlyMap<string, string>;

/**
 * The values of the given labels (lower case), each with the lines up to the next label. Lines in
 * fenced blocks count too. A repeated label keeps all its values.
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
