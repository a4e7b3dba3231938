/** The page on which the owner sees what a step changed, why it needs a look, and what was proved. */
import { readFileSync } from '../../../kernel/files.js';
import { createTwoFilesPatch } from 'diff';
import { assertionLine } from '../../../agents/brief-text.js';
import type { Unit, UnitVerdict } from '../../../governance/unit.js';
import { showControl } from '../../../kernel/show-control.js';
import { plural } from '../../../kernel/words.js';
import type { Snapshot } from '../../../workspace/types.js';
import { type KeptAttempt, type KeptChange, keptFile } from '../loop/attempt-store.js';

/** Lines of a page that somebody still reads. */
const MOST_LINES = 600;
const MOST_BYTES = 400_000;

type Review = {
  readonly unit: Unit;
  readonly verdict: UnitVerdict;
  readonly kept: KeptAttempt | undefined;
  /** Before the changes. */
  readonly snapshot: Snapshot;
};

export function reviewText({ unit, verdict, kept, snapshot }: Review): string {
  const changes = [...(kept?.changes.values() ?? [])];
  const lines = changes.flatMap((change) =>
    kept === undefined ? [] : difference(change, kept, snapshot),
  );
  const more = lines.length - MOST_LINES;
  return `${[
    `# Review: ${showControl(unit.title)}`,
    '',
    `Run ${verdict.runId} has proved this step. Its changes are not in the workspace yet.`,
    'Answer the question about it in NOTIFICATIONS.md with one of two words: `yes` brings the changes in, `no` sends the step back.',
    '',
    '## Why you are asked',
    '',
    showControl(verdict.why),
    '',
    '## What was proved',
    '',
    ...verdict.criteria.map((result) => `- ${showControl(assertionLine(result))}`),
    ...(verdict.criteria.length === 0 ? ['The step has no criteria.'] : []),
    '',
    '## What it touches',
    '',
    ...changes.map(
      ({ path, before, after }) => `- \`${showControl(path)}\` ${change(before, after)}`,
    ),
    '',
    '## The difference',
    '',
    // Indented, so that nothing in it is markdown.
    ...lines.slice(0, MOST_LINES).map((line) => `    ${showControl(line)}`),
    ...(more > 0 ? ['', `${plural(more, 'more line', 'more lines')} are not shown.`] : []),
  ].join('\n')}\n`;
}

function change(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return 'is new';
  return after === undefined ? 'is deleted' : 'is changed';
}

function difference(
  { path, before, after, size }: KeptChange,
  kept: KeptAttempt,
  snapshot: Snapshot,
): readonly string[] {
  const old = before === undefined ? '' : snapshot.text(path);
  const now = after === undefined ? '' : textOf(keptFile(kept, path), size);
  if (old === undefined || now === undefined) return [`${path}: not text, ${size} bytes`];
  return createTwoFilesPatch(path, path, old, now, undefined, undefined, { context: 3 })
    .split('\n')
    .slice(2)
    .filter((line) => line !== '');
}

function textOf(file: string, size: number): string | undefined {
  if (size > MOST_BYTES) return undefined;
  const text = readFileSync(file).toString('utf8');
  return text.includes('\0') || text.includes('\uFFFD') ? undefined : text;
}
