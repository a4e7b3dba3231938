/** The workspace of a story: made and signed once in each process, and copied for each story. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OwnerKey } from '../src/integrity/owner-key.js';
import { planPage } from '../test/modules/plans/run/plan-place.js';
import { longrunnerOf } from '../test/passes/pass-workspace.js';
import { makeWorkspace } from '../test/support/make-workspace.js';

export type Place = {
  readonly root: string;
  readonly home: string;
  /** A folder that nobody may touch. */
  readonly outside: string;
  readonly key: OwnerKey;
};

export const PROTECTED_PAGE = 'SOUL.md';
export const PROJECTS = ['alpha', 'beta', 'gamma', 'delta'] as const;
/** In a path of an agent: the project that its pass works on. */
export const OWN = 'PROJECTS/own/';
/** Its passes are steps of a plan. */
export const PLANNED = 'beta';
/** Their agents work in a copy, where this machine has bubblewrap. */
export const IN_COPIES: readonly string[] = ['beta', 'gamma'];
export const START = Date.parse('2026-11-21T01:30:00Z');
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

/** @returns the function that brings the place back to its beginning. */
export function makePlace(scratch: string): () => Place {
  const [now, first] = [join(scratch, 'now'), join(scratch, 'first')];
  mkdirSync(now, { recursive: true });
  const made = makeWorkspace(now, { files: filesOfOwner(), at: new Date(START).toISOString() });
  made.workspace.close();
  mkdirSync(join(now, 'outside'));
  writeFileSync(join(now, 'outside/letter.txt'), 'Nobody may touch this.\n');
  cpSync(now, first, { recursive: true, preserveTimestamps: true });
  return () => {
    rmSync(now, { recursive: true, force: true });
    cpSync(first, now, { recursive: true, preserveTimestamps: true });
    const { root, home, key } = made;
    return { root, home, key, outside: join(now, 'outside') };
  };
}

function filesOfOwner(): Record<string, string> {
  const shipped = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
  const rows = PROJECTS.map(
    (slug, i) =>
      `| ${i + 1} | ${slug} | PROJECTS/${slug}/LONGRUNNER.md | write | active | - | - |\n`,
  ).join('');
  return {
    'ACTIVE-PROJECTS.md': shipped('ACTIVE-PROJECTS.md').replace(/(\|---\|.*\n)/, `$1${rows}`),
    'MODEL-TIERS.md': shipped('MODEL-TIERS.md').replaceAll('local-model', 'scripted'),
    'orchestration-os/RUNNERS.md': `${shipped('orchestration-os/RUNNERS.md')}${RUNNERS}`,
    'notes/ideas.md': '# Ideas\n\nMine.\n',
    'notes/plan.md': '# Plan\n\nMine too.\n',
    ...Object.fromEntries(PROJECTS.flatMap(filesOfProject)),
  };
}

function filesOfProject(slug: string): readonly (readonly [string, string])[] {
  const longrunner = longrunnerOf({
    title: slug,
    mission: 'Collect entries.',
    objective: 'Write the pages.',
    first: 'Write the first page.',
    stop: '[]',
    next: [
      `runner: ${IN_COPIES.includes(slug) ? 'boxed' : 'scripted'}`,
      'model_tier: standard',
      'requires: []',
      'criteria: []',
      'writes: ["outputs/**"]',
    ],
  });
  return [
    [`PROJECTS/${slug}/LONGRUNNER.md`, longrunner],
    [`PROJECTS/${slug}/PHASES.md`, PHASES],
    [`PROJECTS/${slug}/notes.md`, '# Notes\n\nMine.\n'],
    ...(slug === PLANNED ? [[`PROJECTS/${slug}/PLAN.md`, PLAN] as const] : []),
  ];
}

/** Two steps that may run at once, and one after both. */
const PLAN = planPage(
  ['first', 'second', 'third']
    .map(
      (id) => `
- id: ${id}
  title: The ${id} page
  run: runner
  objective: Write the ${id} page.
  needs: [${id === 'third' ? 'first, second' : ''}]
  writes: ["outputs/**"]
  retries: 2
`,
    )
    .join(''),
);

const RUNNERS = `
## scripted an agent of a story

- **Kind:** scripted

## boxed an agent of a story in a copy

- **Kind:** scripted
- **Sandbox:** workspace
- **Sandbox policy:** prefer
`;

const PHASES = `# Phases

## write

- **Objective:** Write the pages.

\`\`\`yaml successors
- review
\`\`\`

\`\`\`yaml stop_condition
- entries: { in: "outputs/*.md", under: "## Entries", at_least: 4, each_has: [name] }
\`\`\`

## review

- **Objective:** Review the pages.

\`\`\`yaml successors
[]
\`\`\`

\`\`\`yaml stop_condition
- file_exists: outputs/review-*.md
\`\`\`
`;
