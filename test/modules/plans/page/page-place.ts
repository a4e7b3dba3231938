/** A workspace whose project `pages` has a plan, an owner who edits its page, and what happens to it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixedClock } from '../../../../src/kernel/clock.js';
import { advance } from '../../../../src/modules/plans/page/advance.js';
import { planFile } from '../../../../src/modules/plans/page/plan-page.js';
import { type PlanRead, readPlan } from '../../../../src/modules/plans/page/read-plan.js';
import { takeIn } from '../../../../src/modules/plans/page/take-in.js';
import type { PlanEvent } from '../../../../src/modules/plans/types.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';
import { type Place, placeWithProject } from '../../../passes/pass-workspace.js';

export const PLAN = planFile('pages');
export const TIME = '2026-11-25T02:00:00Z';
const NOCTURNE = { kind: 'nocturne', name: 'plans' } as const;

/** As owners write it: with comments, prose, and columns in an order of their own. */
export const PAGE = `---
title: Write a page # what it is for
status: draft
failure_policy: continue_best_effort
steps:
  # first of all
  - id: survey
    objective: Look around.
    produces: outputs/survey.md
  - id: write # the work
    needs: survey
    criteria:
      - file_exists: outputs/page.md
  - id: publish
    needs: [write]
    retries: 0
---

# Write a page

Prose of the owner.

## Steps

My table:

| Step | Why | State | Tries | Run | Since | Until | Mine |
|---|---|---|---|---|---|---|---|
| survey | - | waiting | 0 | - | - | - | a |
| write | - | waiting | 0 | - | - | - | b \\| c |
| publish | - | waiting | 0 | - | - | - | d |

More prose.
`;

export function placeWithPage(directory: string, page = PAGE): Place {
  const place = placeWithProject(directory, '', { files: { [PLAN]: page } });
  const { root, home } = place;
  return { root, home, workspace: openWorkspace(root, { home, clock: fixedClock(TIME) }) };
}

export function pageOf({ root }: Place): string {
  const path = join(root, PLAN);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

export function writePage({ root }: Place, text: string): void {
  writeFileSync(join(root, PLAN), text);
}

/** The owner replaces a text of the page, which has it. */
export function edit(place: Place, from: string | RegExp, to: string): void {
  const before = pageOf(place);
  const after = before.replace(from, to);
  if (after === before) throw new Error(`the page has no ${String(from)}:\n${before}`);
  writePage(place, after);
}

/** The owner writes a state into the row of a step. */
export function editState(place: Place, step: string, state: string): void {
  edit(place, new RegExp(`^(\\| ${step} \\| [^|]* \\| )\\w+`, 'm'), `$1${state}`);
}

/** As T1 does it. */
export function takeInEdits({ workspace }: Place): boolean {
  const change = takeIn(workspace.snapshot());
  if (change === undefined) return false;
  workspace.commit({ actor: NOCTURNE, runId: '', ...change });
  return true;
}

/** @returns why what was refused was refused. */
export function happen({ workspace }: Place, ...events: readonly Happening[]): readonly string[] {
  let refused: readonly string[] = [];
  workspace.commit((snapshot) => {
    const timed = events.map((event) => ({ ...event, time: TIME }) as PlanEvent);
    const advanced = advance(snapshot, 'pages', { events: timed, by: 'a test' });
    refused = advanced?.refused.map(({ why }) => why) ?? ['there is no plan'];
    return { actor: NOCTURNE, runId: '', ...(advanced?.change ?? { reason: '', changes: [] }) };
  });
  return refused;
}
type Untimed<E> = E extends PlanEvent ? Omit<E, 'time'> : never;
export type Happening = Untimed<PlanEvent>;

export const approved: Happening = { kind: 'approved' };
export const started = (step: string, run = `RUN-${step}`): Happening => ({
  kind: 'started',
  step,
  runId: run,
  consumed: {},
});
export const proved = (step: string, run = `RUN-${step}`): Happening => ({
  kind: 'proved',
  step,
  runId: run,
  produced: { [`outputs/${step}.md`]: 'a'.repeat(64) },
});
export const failed = (step: string, run = `RUN-${step}`): Happening => ({
  kind: 'failed',
  step,
  runId: run,
  cause: 'criteria',
  why: 'The page is empty.',
});

export function read({ workspace }: Place): PlanRead {
  return readPlan(workspace.snapshot(), 'pages');
}

/** `running: survey proved, write ready, publish waiting`. */
export function stateOf(place: Place): string {
  const { plan } = read(place);
  const steps = [...(plan?.steps ?? [])].map(([id, { state }]) => `${id} ${state}`);
  return `${plan?.status ?? 'none'}: ${steps.join(', ')}`;
}

/** The same as the page shows it. */
export function shownOf(place: Place): string {
  const { page } = read(place);
  const steps = [...(page?.rows ?? [])].map(([id, { state }]) => `${id} ${state ?? ''}`);
  return `${page?.status ?? 'none'}: ${steps.join(', ')}`;
}

/** The events of the log, oldest first, as `event step`. */
export function eventsOf({ root }: Place): readonly string[] {
  return readFileSync(join(root, 'audit/plan-log.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly event: string; readonly step?: string })
    .map(({ event, step }) => (step === undefined ? event : `${event} ${step}`));
}
