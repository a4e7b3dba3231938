/**
 * An owned workspace with one project whose agent is a small program given as text, and passes run
 * in it.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/kernel/clock.js';
import { fieldText } from '../../src/project/field-text.js';
import type { PassEnvironment } from '../../src/passes/types.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import type { Workspace } from '../../src/workspace/types.js';
import { makeWorkspace } from '../support/make-workspace.js';

export type Place = { readonly root: string; readonly home: string; readonly workspace: Workspace };
export type ProjectOptions = {
  readonly runner?: string;
  readonly criteria?: string;
  readonly stop?: string;
  readonly requires?: string;
  readonly writes?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** With the pages that explain rules, which no pass reads. */
  readonly rulePages?: boolean;
};

/** What a well-behaved agent prints last. */
export const REPORT =
  "console.log('```nocturne-report\\nsummary: one page written\\noutputs: [outputs/page.md]\\nanswers: { non_obvious: true, durable: true, compounding: true }\\nnext_objective: Write the second page.\\n```');";

/** Writes the page that the stop condition asks for. */
export const WRITES_PAGE = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# Page\\n\\n## Entries\\n\\n- name: one\\n- name: two\\n');
`;

/**
 * The page of a project that has had no pass yet. @param next lines of `next_pass` besides its
 * objective.
 */
export function longrunnerOf(at: {
  readonly title: string;
  readonly mission: string;
  readonly objective: string;
  readonly phase?: string;
  readonly started?: string;
  readonly stop?: string;
  readonly first: string;
  readonly next: readonly string[];
}): string {
  return `---
mission: ${at.mission}
phase:
  name: ${at.phase ?? 'write'}
  objective: ${at.objective}
  stop_condition: ${at.stop ?? '[]'}
  started: ${at.started ?? '2026-01-01T00:00:00Z'}
  status: active
  successor: null
transition:
  triggered_at: null
  expires_at: null
  timeout_days: 3
  reescalations: 0
last_pass:
  date: null
  objective: null
  outputs: []
next_pass:
${[`objective: ${at.first}`, ...at.next].map((line) => `  ${line}`).join('\n')}
---

# ${at.title}
`;
}

/** For a runner that works in a copy. */
export const BOXED = '- **Sandbox:** strict\n- **Sandbox policy:** require\n';

/** A runner that starts `pass.mjs`. @param fields lines besides kind and program. */
export function programRunner(fields = BOXED): string {
  return `- **Kind:** command\n- **Program:** node\n${fields}\n\`\`\`yaml args\n- pass.mjs\n\`\`\`\n`;
}

/** The shipped RUNNERS.md with one more runner, called `boxed`. */
export function runnersPage(runner = programRunner()): string {
  const shipped = readFileSync(
    new URL('../../../orchestration-os/RUNNERS.md', import.meta.url),
    'utf8',
  );
  return `${shipped.trimEnd()}\n\n## boxed a test\n\n${runner}`;
}

/** The shipped USER.md of an owner for whom a project rests after so many passes. */
export function restsAfter(passes: number): string {
  const shipped = readFileSync(new URL('../../../USER.md', import.meta.url), 'utf8');
  return shipped.replace(/(?<=Passes without progress:\*\* )3/, String(passes));
}

/** MODEL-TIERS.md of an owner who allows idle work, by the runner `script`. */
export function tiersWithIdle(): string {
  return tiersWith('| idle | script | - | 5 | - | - | - | - |');
}

/** The shipped MODEL-TIERS.md with one more row. */
export function tiersWith(row: string): string {
  return readFileSync(new URL('../../../MODEL-TIERS.md', import.meta.url), 'utf8').replace(
    /^\| heavy .*$/m,
    `$&\n${row}`,
  );
}

/** A runner of kind chat, as RUNNERS.md has it. */
export function chatRunnerAt(endpoint: string): string {
  return `- **Kind:** chat\n- **Endpoint:** ${endpoint}\n- **Api key env:** -\n`;
}
export function placeWithProject(
  directory: string,
  agent: string,
  options: ProjectOptions = {},
): Place {
  const next = [
    `runner: ${options.runner ?? 'script'}`,
    'model_tier: standard',
    `requires: ${options.requires ?? '[]'}`,
    `criteria: ${options.criteria ?? '[]'}`,
    `writes: ${options.writes ?? '["outputs/**"]'}`,
  ];
  const longrunner = longrunnerOf({
    title: 'Pages',
    mission: 'Test one pass.',
    objective: 'Write the page.',
    first: 'Write the first page.',
    next,
  });
  const phases = `# Phases

## write

- **Objective:** Write the page.

\`\`\`yaml successors
[]
\`\`\`

\`\`\`yaml stop_condition
${options.stop ?? '- entries: { in: "outputs/*.md", under: "## Entries", at_least: 2, each_has: [name] }'}
\`\`\`
`;
  const table = readFileSync(
    new URL('../../../ACTIVE-PROJECTS.md', import.meta.url),
    'utf8',
  ).replace(
    /(\|---\|.*\n)/,
    '$1| 1 | pages | PROJECTS/pages/LONGRUNNER.md | write | active | - | - |\n',
  );
  const made = makeWorkspace(directory, {
    ...(options.folder === undefined ? {} : { folder: options.folder }),
    withoutRulePages: options.rulePages !== true,
    files: {
      'PROJECTS/pages/LONGRUNNER.md': longrunner,
      'PROJECTS/pages/PHASES.md': phases,
      'PROJECTS/pages/pass.mjs': agent,
      'ACTIVE-PROJECTS.md': table,
      ...options.files,
    },
  });
  return {
    root: made.root,
    home: made.home,
    workspace: openWorkspace(made.root, { home: made.home, clock: systemClock }),
  };
}

export function environment(
  place: Pick<Place, 'workspace'> & Partial<Place>,
  more: Partial<PassEnvironment> = {},
): PassEnvironment {
  return {
    workspace: place.workspace,
    env: process.env,
    signal: new AbortController().signal,
    say: () => undefined,
    wait: () => Promise.resolve(),
    modules: [],
    runners: [],
    ...more,
  };
}

/** The audit rows of a run as `step type target result`. */
export function trail(place: Place, runId: string): readonly string[] {
  return place.workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'run_id') === runId)
    .map((row) =>
      ['step', 'type', 'target', 'result']
        .map((field) => fieldText(row, field).replaceAll(runId, 'RUN'))
        .join(' '),
    );
}

export function read(place: Place, path: string): string {
  return readFileSync(join(place.root, path), 'utf8');
}

/** One hash over every file below a directory, for "not a byte changed". */
export function digest(directory: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(directory, { recursive: true }).map(String).sort()) {
    const path = join(directory, name);
    hash.update(`${name}\0`);
    if (statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}
