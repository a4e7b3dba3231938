/** A workspace as an owner has it after years: projects, logs, plans and open questions. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/kernel/clock.js';
import { openWorkspace } from '../src/workspace/open-workspace.js';
import { makeWorkspace } from '../test/support/make-workspace.js';
import type { DashboardPlace } from '../test/support/dashboard-process.js';
import { questionId, questionsPage } from '../test/support/questions-page.js';
import { makeProjects, slugOf } from './make-large.js';
import { growLogs } from './make-logs.js';

const SIZE = { projects: 1000, runs: 25_000, plans: 100, steps: 20, most: 300, questions: 40 };
export const BIG_PLAN = planSlug(0);
export const QUESTION = questionId(1);

export type DashboardSize = typeof SIZE;

export function planSlug(index: number): string {
  return slugOf(index);
}

/** @param size of which `most` is the number of steps of the largest plan. */
export function makeForDashboard(
  directory: string,
  size: Partial<DashboardSize> = {},
): DashboardPlace {
  const { projects, runs, plans, steps, most, questions } = { ...SIZE, ...size };
  const { root, home } = makeWorkspace(directory);
  makeProjects(root, projects);
  for (let i = 0; i < plans; i++)
    writeFileSync(
      join(root, 'PROJECTS', planSlug(i), 'PLAN.md'),
      planPage(i, i === 0 ? most : steps),
    );
  const asked = Array.from({ length: questions }, (_, i) => `Which shelf is counted first, ${i}?`);
  writeFileSync(
    join(root, 'NOTIFICATIONS.md'),
    questionsPage(asked).replaceAll('**Project:** pages', `**Project:** ${slugOf(7)}`),
  );
  const workspace = openWorkspace(root, { home, clock: systemClock });
  growLogs(workspace, { runs });
  workspace.close();
  return { root, home };
}

function planPage(index: number, steps: number): string {
  const definitions = Array.from({ length: steps }, (_, i) => {
    const needs = i < 4 ? [] : [`s${i - 3}`, `s${Math.floor(i / 2)}`];
    return `  - ${JSON.stringify({
      id: `s${i + 1}`,
      title: `Step ${i + 1}`,
      run: 'command',
      command: ['true'],
      needs: [...new Set(needs)],
    })}\n`;
  });
  return `---\ntitle: Plan ${index}\nstatus: draft\nsteps:\n${definitions.join('')}---\n\n# Plan ${index}\n`;
}
