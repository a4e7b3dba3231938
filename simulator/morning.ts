/** What must be true of the pages that the owner reads in the morning. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pendingAnswers } from '../src/governance/answers.js';
import { fieldText } from '../src/project/field-text.js';
import { bundleChanges } from '../src/workspace/bundle.js';
import { previewChanges } from '../src/workspace/preview.js';
import type { Snapshot } from '../src/workspace/types.js';
import type { World } from './world.js';

export function checkMorning(world: World): void {
  const snapshot = world.workspace.snapshot();
  checkQuestions(world, snapshot);
  checkBriefing(world, snapshot);
}

/** The next manager pass replaces the briefing, so it is kept here. */
export function keepBriefing(world: World): void {
  const page = join(world.place.root, 'NOTIFICATIONS.md');
  if (!existsSync(page)) return;
  const [, briefing = ''] = /^## Briefing$(.*?)^## Inbox$/ms.exec(readFileSync(page, 'utf8')) ?? [];
  if (briefing !== world.briefings.at(-1)) world.briefings.push(briefing);
}

/** A yes to each open question has an effect that the next pass can carry out. */
function checkQuestions(world: World, snapshot: Snapshot): void {
  for (const question of openQuestions(snapshot)) {
    try {
      const answered = previewChanges(
        snapshot,
        bundleChanges(snapshot, 'notification_answer', {
          id: question.key,
          answer: 'yes',
          status: 'approved',
        }),
      ).after;
      if (!pendingAnswers(answered).some(({ id }) => id === question.key))
        world.violations.push(
          `every question is answerable: a yes to ${question.key} does nothing`,
        );
    } catch (error) {
      world.violations.push(`every question is answerable: ${question.key}: ${String(error)}`);
    }
  }
}

/** The briefings of the night name every pass, undone path, refusal and open question. */
function checkBriefing(world: World, snapshot: Snapshot): void {
  const page = world.briefings.join('\n');
  const missing = (what: string, word: string): void => {
    if (!page.includes(word))
      world.violations.push(`the briefing names everything: ${what} is not in it (${word})`);
  };
  for (const { event, report, runId } of world.passes) {
    if (runId === undefined) continue;
    // A manager pass that ended well is the page itself.
    if (event.role === 'worker' || report?.exit !== 0) missing('a pass', runId);
    for (const { path } of report?.data.undone ?? [])
      missing('an undone path', `changed \`${beforeControl(path)}`);
  }
  for (const { path } of world.refusals) missing('a refused path', beforeControl(path));
  for (const { key } of openQuestions(snapshot)) missing('an open question', key);
}

/** Control characters are shown in another way. */
function beforeControl(path: string): string {
  return path.split(/[\u0000-\u001f]/)[0] ?? '';
}

function openQuestions(snapshot: Snapshot): ReturnType<Snapshot['records']> {
  return snapshot
    .records('NOTIFICATION')
    .filter(
      (record) => fieldText(record, 'status') === 'open' && fieldText(record, 'answer') === '',
    );
}
