/** What the owner sees of what a step changed: why it needs a look, and what was proved. */
import { assertionLine } from '../../../agents/brief-text.js';
import type { Unit, UnitVerdict } from '../../../governance/unit.js';
import { showControl } from '../../../kernel/show-control.js';
import { plural } from '../../../kernel/words.js';
import type { KeptAttempt } from '../loop/attempt-store.js';

/** Lines of a page that somebody still reads. */
const MOST_LINES = 600;

type Review = {
  readonly unit: Unit;
  readonly verdict: UnitVerdict;
  readonly kept: KeptAttempt | undefined;
};

export function reviewText({ unit, verdict, kept }: Review): string {
  const changes = [...(kept?.changes.values() ?? [])];
  const lines = changes.flatMap(({ difference }) => difference?.split('\n') ?? []);
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
