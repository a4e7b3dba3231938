/** What must be true of the pages that the owner reads in the morning. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pendingAnswers } from '../src/governance/answers.js';
import { fieldText } from '../src/project/field-text.js';
import { REST } from '../src/project/question-state.js';
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

/** The answer that an open question asks for has an effect that the next pass can carry out. */
function checkQuestions(world: World, snapshot: Snapshot): void {
  for (const question of openQuestions(snapshot)) {
    const answer = fieldText(question, 'topic') === REST ? 'Write the next entry.' : 'yes';
    try {
      const answered = previewChanges(
        snapshot,
        bundleChanges(snapshot, 'notification_answer', {
          id: question.key,
          answer,
          status: 'approved',
        }),
      ).after;
      if (!pendingAnswers(answered).some(({ id }) => id === question.key))
        world.violations.push(
          `every question is answerable: "${answer}" to ${question.key} does nothing`,
        );
    } catch (error) {
      world.violations.push(`every question is answerable: ${question.key}: ${String(error)}`);
    }
  }
}

/**
 * The briefings of the night count every worker pass, and name every undone path, refusal and open
 * question, or say how many more there are and where.
 */
function checkBriefing(world: World, snapshot: Snapshot): void {
  const page = world.briefings.join('\n');
  const missing = (what: string, word: string): void => {
    world.violations.push(`the briefing names everything: ${what} is not in it (${word})`);
  };
  const counted = [
    ...page.matchAll(/(?<=^\*\*Until .*)(\d+) (?:pass(?:es)? \(|found nothing)/gm),
  ].reduce((sum, [, count]) => sum + Number(count), 0);
  const workers = snapshot
    .records('RUN')
    .filter((run) => fieldText(run, 'role') === 'worker').length;
  if (counted < workers) missing('a pass', `${counted} of ${workers}`);
  const hasMoreFailures = /^- and \d+ more: `nocturne audit show`$/m.test(page);
  const failed = (what: string, path: string): void => {
    if (!hasMoreFailures && !page.includes(beforeControl(path))) missing(what, path);
  };
  for (const { report } of world.passes)
    for (const { path } of report?.data.undone ?? []) failed('an undone path', path);
  for (const { path } of world.refusals) failed('a refused path', path);
  const hasMoreQuestions = /^- and \d+ more: `nocturne status`$/m.test(page);
  for (const { key } of openQuestions(snapshot))
    if (!hasMoreQuestions && !page.includes(key)) missing('an open question', key);
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
