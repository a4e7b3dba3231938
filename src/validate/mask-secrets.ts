/** Masks secrets in the messages of other rules, which may quote them. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { lineMap } from '../kernel/text-position.js';
import { textOfLines } from '../workspace/text-of-lines.js';
import type { Snapshot } from '../workspace/types.js';

const MASK = '[secret]';

export function maskSecrets(
  snapshot: Snapshot,
  found: readonly Diagnostic[],
): readonly Diagnostic[] {
  const secrets = new Set<string>();
  for (const { rule, range } of found)
    if (rule === 'secret')
      for (const part of textAt(snapshot, range).split(/\s+/))
        if (part.length >= 8) secrets.add(part);
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

function textAt(snapshot: Snapshot, range: Diagnostic['range']): string {
  const lines = [range.line, range.endLine];
  const text = textOfLines(snapshot, range.file, lines) ?? '';
  const { starts } = lineMap(text);
  return text.slice(
    (starts[range.line - 1] ?? 0) + range.column - 1,
    (starts[range.endLine - 1] ?? 0) + range.endColumn - 1,
  );
}
