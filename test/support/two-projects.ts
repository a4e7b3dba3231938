/**
 * An owned workspace with the project of the pass and another one, whose files and records the pass
 * must not see.
 */
import { readFileSync } from 'node:fs';
import type { Clock } from '../../src/kernel/clock.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
import type { Briefed } from '../../src/passes/types.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import {
  environment,
  longrunnerOf,
  type Place,
  placeWithProject,
} from '../passes/pass-workspace.js';

const shipped = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

export const SECRET_MISSION = 'Win the tender of the harbour.';

export type TwoProjects = Place & { readonly clock: { at: Date } };

export function twoProjects(
  directory: string,
  options: {
    readonly capability?: string;
    readonly start?: Date;
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): TwoProjects {
  const table = shipped('ACTIVE-PROJECTS.md').replace(
    /(\|---\|.*\n)/,
    '$1| 1 | pages | PROJECTS/pages/LONGRUNNER.md | write | active | - | - |\n| 2 | harbour | PROJECTS/harbour/LONGRUNNER.md | write | active | - | - |\n',
  );
  const made = placeWithProject(directory, '', {
    runner: 'limited',
    files: {
      'ACTIVE-PROJECTS.md': table,
      'orchestration-os/RUNNERS.md': `${shipped('orchestration-os/RUNNERS.md').trimEnd()}\n\n## limited a test\n\n- **Kind:** command\n- **Program:** node\n- **Capability:** ${options.capability ?? 'project'}\n`,
      'PROJECTS/harbour/LONGRUNNER.md': longrunnerOf({
        title: 'Harbour',
        mission: SECRET_MISSION,
        objective: 'Write the offer.',
        stop: '["until the owner says so"]',
        first: 'Write the offer.',
        next: ['model_tier: standard', 'writes: ["outputs/**"]'],
      }),
      'PROJECTS/harbour/outputs/offer.md': '# Offer\n\nForty crates.\n',
      'PROJECTS/pages/outputs/first.md': '# First\n',
      'docs/notes.md': '# Notes\n\nA line.\n',
      'docs/old.md': '# Old\n',
      'memory/2026-11-20.md':
        '# 2026-11-20\n\n## RUN-20261120-001 harbour\n\n- **Project:** harbour\n- **Result:** The offer has forty crates.\n\n## RUN-20261120-002 pages\n\n- **Project:** pages\n- **Result:** Nothing yet.\n',
      ...options.files,
    },
  });
  const clock = { at: options.start ?? new Date('2026-11-25T02:00:00Z') };
  const ticking: Clock = { now: () => clock.at };
  return {
    ...made,
    workspace: openWorkspace(made.root, { home: made.home, clock: ticking }),
    clock,
  };
}

/** A pass of `pages`, begun inside a host. */
export async function passIn(
  place: Place,
  request: { readonly project?: string } = {},
): Promise<Briefed> {
  const begun = await beginPass(environment(place), {
    role: 'worker',
    project: request.project ?? 'pages',
  });
  if (begun.kind !== 'brief') throw new Error(begun.report.outcome);
  return begun.data;
}
