/** Masks secrets in the messages of other rules, which may quote them. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import { lineMap } from '../kernel/text-position.js';
import { textOfLines } from '../workspace/text-of-lines.js';
import type { Snapshot } from '../workspace/types.js';

const MASK = '[secret]';

export function maskSecrets(
  snapshot: Snapshot,
  found: readonly Diagnostic[],
): readonly Diagnostic[] {
  const secrets = new Set(
    foundTexts(snapshot, found).flatMap((text) =>
      text.split(/\s+/).filter((part) => part.length >= 8),
    ),
  );
  if (secrets.size === 0) return found;
  const longest = [...secrets].sort((a, b) => b.length - a.length);
  const mask = (text: string): string =>
    longest.reduce((all, secret) => all.replaceAll(secret, MASK), text);
  return found.map((diagnostic) => {
    const { message, expected, actual, hint } = diagnostic;
    return {
      ...diagnostic,
      message: mask(message),
      ...defined({
        expected: expected === undefined ? undefined : mask(expected),
        actual: actual === undefined ? undefined : mask(actual),
        hint: hint === undefined ? undefined : mask(hint),
      }),
    };
  });
}

/** What the rule `secret` found; each file is read once. */
function foundTexts(snapshot: Snapshot, found: readonly Diagnostic[]): readonly string[] {
  const byFile = new Map<string, Range[]>();
  for (const { rule, range } of found)
    if (rule === 'secret') byFile.set(range.file, [...(byFile.get(range.file) ?? []), range]);
  return [...byFile].flatMap(([file, ranges]) => {
    const lines = ranges.flatMap(({ line, endLine }) => [line, endLine]);
    const text = textOfLines(snapshot, file, lines) ?? '';
    const { starts } = lineMap(text);
    return ranges.map(({ line, column, endLine, endColumn }) =>
      text.slice((starts[line - 1] ?? 0) + column - 1, (starts[endLine - 1] ?? 0) + endColumn - 1),
    );
  });
}
