/** A workspace with one plan, and the command line in it. */
import { readPlan } from '../../../../src/modules/plans/page/read-plan.js';
import type { Plan } from '../../../../src/modules/plans/types.js';
import {
  BOXED,
  type Place,
  placeWithProject,
  programRunner,
  runnersPage,
} from '../../../passes/pass-workspace.js';
import { callProgram } from '../../../support/standing-process.js';

/** @param steps YAML of the list of steps. */
export function planPage(steps: string, status = 'approved'): string {
  return `---
title: A test
status: ${status}
failure_policy: continue_best_effort
steps:
${steps.trimEnd().replace(/^/gm, '  ')}
---

# A test

## Steps

| Step | State | Tries | Run | Since | Until | Why |
|---|---|---|---|---|---|---|
`;
}

/** The project `pages` has the plan; its agent is `agent`, a program. */
export function placeWithPlan(
  directory: string,
  page: string,
  options: { readonly agent?: string; readonly files?: Readonly<Record<string, string>> } = {},
): Place {
  return placeWithProject(directory, options.agent ?? '', {
    runner: 'boxed',
    files: {
      'orchestration-os/RUNNERS.md': runnersPage(programRunner(BOXED)),
      'PROJECTS/pages/PLAN.md': page,
      ...options.files,
    },
  });
}

/** As `execa` would answer. */
export async function nocturne(
  { root, home }: Place,
  ...words: readonly string[]
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const env = { ...process.env, NOCTURNE_HOME: home };
  const { exit, stdout, stderr } = await callProgram({ words, env, cwd: root });
  return { exitCode: exit, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
}

export function planOf({ workspace }: Place): Plan {
  const { plan } = readPlan(workspace.snapshot(), 'pages');
  if (plan === undefined) throw new Error('the project has no plan');
  return plan;
}

/** The state of each step. */
export function statesOf(place: Place): Readonly<Record<string, string>> {
  return Object.fromEntries([...planOf(place).steps].map(([step, { state }]) => [step, state]));
}
