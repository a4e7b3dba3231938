/** The text of a changed file, and of it what the pass added. */
import type { ExaminedChange } from '../../../passes/module.js';
import { isLarge } from '../../../passes/reconcile/content.js';

/** `lines`: the number of each line of `text` in the file. */
export type ChangedText = { readonly text: string; readonly lines: (index: number) => number };

/** Of a large file, so that nothing is missed where two of its pieces meet. */
const OVERLAP = 10_000;

/** One text, or for a very large file several pieces. Nothing for what is gone. */
export function* wholeTexts({ after }: Pick<ExaminedChange, 'after'>): Iterable<ChangedText> {
  if (after === undefined) return;
  if (!isLarge(after)) {
    yield plain(textOf(after.bytes()), 1);
    return;
  }
  let before = '';
  let line = 1;
  for (const chunk of after.chunks()) {
    const text = before + textOf(chunk);
    yield plain(text, line);
    before = text.slice(-OVERLAP);
    line += newLines(text.slice(0, text.length - before.length));
  }
}

/** Lines that were nowhere in the file before. A new file has only such lines. */
export function* addedTexts(change: ExaminedChange): Iterable<ChangedText> {
  const { before, after } = change;
  if (before === undefined || isLarge(before) || isLarge(after)) {
    yield* wholeTexts(change);
    return;
  }
  const counts = new Map<string, number>();
  for (const line of textOf(before.bytes()).split('\n'))
    counts.set(line, (counts.get(line) ?? 0) + 1);
  const added: string[] = [];
  const numbers: number[] = [];
  const all = after === undefined ? [] : textOf(after.bytes()).split('\n');
  for (const [index, line] of all.entries()) {
    const left = counts.get(line) ?? 0;
    if (left > 0) counts.set(line, left - 1);
    else {
      added.push(line);
      numbers.push(index + 1);
    }
  }
  if (added.length === 0) return;
  const text = added.join('\n');
  yield { text, lines: (index) => numbers[newLines(text.slice(0, index))] ?? 1 };
}

export function textBefore({ before }: Pick<ExaminedChange, 'before'>): string {
  return before === undefined || isLarge(before) ? '' : textOf(before.bytes());
}

function plain(text: string, first: number): ChangedText {
  return { text, lines: (index) => first + newLines(text.slice(0, index)) };
}

/** What is not UTF-8, or has NUL in it, is still read: nobody hides anything in it. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const shown = text.includes('\uFFFD') ? bytes.toString('latin1') : text;
  return shown.includes('\0') ? shown.replaceAll('\0', '') : shown;
}

function newLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
