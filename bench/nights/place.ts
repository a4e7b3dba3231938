/** The workspace of a night: its projects, and a runner for its agents. */
import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { longrunnerOf } from '../../test/passes/pass-workspace.js';
import { makeWorkspace } from '../../test/support/make-workspace.js';
import { filesBelow } from './desk.js';
import type { Cast } from './plan.js';
import { phasesPage, workOf } from './work.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

export type NightPlace = { readonly root: string; readonly home: string };

/** Its files are as old as the night. */
export function makePlace(directory: string, cast: readonly Cast[], start: number): NightPlace {
  const { root, home, workspace } = makeWorkspace(directory, {
    files: { ...ownersPages(cast), ...Object.assign({}, ...cast.map(filesOf(start))) },
    at: new Date(start).toISOString(),
  });
  workspace.close();
  const projects = join(root, 'PROJECTS');
  for (const path of filesBelow(projects).keys())
    utimesSync(join(projects, path), start / 1000, start / 1000);
  return { root, home };
}

function ownersPages(cast: readonly Cast[]): Record<string, string> {
  const shipped = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
  const rows = cast.map(
    ({ slug, kind }, i) =>
      `| ${i + 1} | ${slug} | PROJECTS/${slug}/LONGRUNNER.md | ${kind} | active | - | - |\n`,
  );
  return {
    'ACTIVE-PROJECTS.md': shipped('ACTIVE-PROJECTS.md').replace(
      /(\|---\|.*\n)/,
      `$1${rows.join('')}`,
    ),
    'MODEL-TIERS.md': shipped('MODEL-TIERS.md').replaceAll('local-model', 'scripted'),
    'orchestration-os/RUNNERS.md': `${shipped('orchestration-os/RUNNERS.md')}\n## scripted an agent of the bench\n\n- **Kind:** scripted\n`,
  };
}

function filesOf(start: number): (cast: Cast) => Record<string, string> {
  return ({ slug, kind }) => {
    const { material, writes } = workOf(kind);
    const phases = phasesPage(kind);
    const [, objective = ''] = /\*\*Objective:\*\* (.*)/.exec(phases) ?? [];
    const started = new Date(start).toISOString().replace('.000', '');
    const longrunner = longrunnerOf({
      title: slug,
      mission: `Know the ${kind} of the owner.`,
      objective: JSON.stringify(objective),
      phase: kind,
      started,
      first: JSON.stringify(objective),
      next: [
        'model_tier: standard',
        'requires: []',
        'criteria: []',
        `writes: ${JSON.stringify(writes)}`,
      ],
    });
    const files = { ...material, 'LONGRUNNER.md': longrunner, 'PHASES.md': phases };
    return Object.fromEntries(
      Object.entries(files).map(([path, text]) => [`PROJECTS/${slug}/${path}`, text]),
    );
  };
}
