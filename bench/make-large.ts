/**
 * A workspace of many projects, the same every time: for each a LONGRUNNER.md, a PHASES.md and an
 * output of about 13 kB.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WORDS =
  'night work file record phase project objective output source reader table field value check owner word line page list entry name size date result reason note change row text part'.split(
    ' ',
  );
const OUTPUT_BYTES = 13_000;
/** Only so many projects may have a priority of their own. */
const ACTIVE = 500;

export function projectFile(index: number): string {
  return `PROJECTS/${slugOf(index)}/LONGRUNNER.md`;
}

/**
 * Adds `count` projects to the workspace at `root`, dispatch table included. Returns the bytes
 * written.
 */
export function makeProjects(root: string, count: number): number {
  const rows: string[] = [];
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const slug = slugOf(i);
    const folder = join(root, 'PROJECTS', slug);
    mkdirSync(join(folder, 'outputs'), { recursive: true });
    for (const [name, text] of [
      ['LONGRUNNER.md', longrunner(i)],
      ['PHASES.md', PHASES],
      ['outputs/survey-2026-11-20.md', output(i)],
    ] as const) {
      writeFileSync(join(folder, name), text);
      bytes += text.length;
    }
    const active = i < ACTIVE;
    rows.push(
      `| ${active ? i + 1 : 999} | ${slug} | PROJECTS/${slug}/LONGRUNNER.md | survey | ${active ? 'active' : 'paused'} | 2026-11-20T02:00:00Z | - |\n`,
    );
  }
  const dispatch = join(root, 'ACTIVE-PROJECTS.md');
  const text = readFileSync(dispatch, 'utf8');
  const header = text.indexOf('|\n', text.indexOf('|---')) + 2;
  writeFileSync(dispatch, text.slice(0, header) + rows.join('') + text.slice(header));
  return bytes;
}

export function slugOf(index: number): string {
  return `project-${String(index).padStart(5, '0')}`;
}

/**
 * A small generator of numbers: the text has to be the same every time, and no two files the same.
 */
function numbers(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

function sentence(next: () => number): string {
  const words = Array.from({ length: 8 + (next() % 9) }, () => WORDS[next() % WORDS.length] ?? '');
  return `${words.join(' ')}.`;
}

function longrunner(index: number): string {
  const next = numbers(index);
  return `---
mission: Know the state of area ${index}, and say what follows from it.
phase:
  name: survey
  objective: List what there is in area ${index}, each with its name, size and date.
  stop_condition: []
  started: 2026-11-19T02:00:00Z
  status: active
  successor: review
transition:
  triggered_at: null
  expires_at: null
  timeout_days: 3
  reescalations: 0
last_pass:
  date: 2026-11-20T02:00:00Z
  objective: List the first ten entries of area ${index}.
  outputs:
    - PROJECTS/${slugOf(index)}/outputs/survey-2026-11-20.md
  quality: ADEQUATE
  validated: true
  weak: false
next_pass:
  objective: List the next ten entries of area ${index}.
  runner: null
  model_tier: standard
  context_budget: 20000
  tools: []
  requires: []
  pass_type: produce
  criteria: []
  writes:
    - outputs/**
---

# Area ${index}

${Array.from({ length: 6 }, () => sentence(next)).join(' ')}

What was found is in [the survey](outputs/survey-2026-11-20.md); what may follow is in [the phases](PHASES.md).
`;
}

const PHASES = `# Phases

## survey

- **Objective:** List what there is, each entry with its name, size and date.

\`\`\`yaml successors
- review
\`\`\`

\`\`\`yaml stop_condition
- file_exists: outputs/survey-*.md
- entries: { in: "outputs/survey-*.md", under: "## Entries", at_least: 12, each_has: [name, size, date] }
\`\`\`

## review

- **Objective:** Say what follows from the survey.

\`\`\`yaml successors
[]
\`\`\`

\`\`\`yaml stop_condition
- file_exists: outputs/review-*.md
\`\`\`
`;

function output(index: number): string {
  const next = numbers(index + 1_000_003);
  const parts = [
    `# Survey of area ${index}\n\nMade for [the project](../LONGRUNNER.md).\n\n## Entries\n\n| Name | Size | Date | Note |\n|---|---|---|---|\n`,
  ];
  for (let row = 0; row < 40; row++)
    parts.push(
      `| entry-${next() % 100_000} | ${next() % 10_000} | 2026-11-${String(1 + (next() % 28)).padStart(2, '0')} | ${sentence(next)} |\n`,
    );
  let length = parts.reduce((sum, part) => sum + part.length, 0);
  while (length < OUTPUT_BYTES) {
    const part = `\n## Part ${next() % 1000}\n\n${Array.from({ length: 12 }, () => sentence(next)).join('\n')}\n\n- ${sentence(next)}\n- \`${sentence(next)}\`\n`;
    parts.push(part);
    length += part.length;
  }
  return parts.join('');
}
