/**
 * What the rules about projects, phases, conditions, permissions and failures find and what they do
 * not, as changes of the base workspace.
 */
import { append, type Edit, file, remove, replace, textOf } from './edit-workspace.js';
import type { Case } from './rule-cases.js';

const LONGRUNNER = 'PROJECTS/inventory/LONGRUNNER.md';
const R4_ROW = '| `BUNDLE:memory_entry` | WRITES | `OBJECT:MEMORY` | - |';
const PHASES = 'PROJECTS/inventory/PHASES.md';

/** The current phase's own condition, in the place of the empty one. */
function condition(yaml: string): Edit {
  return replace(
    LONGRUNNER,
    '  stop_condition: []',
    `  stop_condition:\n${yaml.replace(/^/gm, '    ')}`,
  );
}

/** A phase whose successors are these. */
function phase(name: string, successors: string): string {
  return `\n## ${name}\n\n- **Objective:** Go on.\n\n\`\`\`yaml successors\n${successors}\n\`\`\`\n\n\`\`\`yaml stop_condition\n- file_exists: outputs/${name.replaceAll(/[«»]/g, '')}.md\n\`\`\`\n`;
}

function phases(...sections: readonly string[]): Edit {
  return file(PHASES, `# Phases\n${sections.join('')}`);
}

/** A pre-approval that is in force, sound unless these say otherwise. */
function permission(
  fields: {
    readonly scope?: string;
    readonly boundary?: string;
    readonly heading?: string;
    readonly class?: string;
    readonly uses?: string;
    readonly expires?: string;
    readonly status?: string;
  } = {},
): Edit {
  const boundary =
    fields.boundary === ''
      ? ''
      : `\n\`\`\`yaml boundary\n${fields.boundary ?? '- PROJECTS/inventory/weekly/index.md'}\n\`\`\`\n`;
  return append(
    'orchestration-os/OPS-PREAPPROVAL.md',
    `\n## ${fields.heading ?? 'PA-004'} Weekly page\n\n- **Action class:** ${fields.class ?? 'file-write-extended'}\n- **Max uses:** ${fields.uses ?? '2'}\n- **Expires:** ${fields.expires ?? '2027-01-31T00:00:00Z'}\n- **Status:** ${fields.status ?? 'active'}\n\n\`\`\`yaml scope\n${fields.scope ?? '- PROJECTS/inventory/weekly/*.md'}\n\`\`\`\n${boundary}`,
  );
}

function uses(...results: readonly string[]): Edit {
  const header = '|---|---|---|---|---|---|---|---|---|---|\n';
  const row = (result: string, i: number): string =>
    `| PA-004-INV-00${i + 1} | 2026-11-21T01:30:00Z | RUN-20261121-001 | PA-004 | file-write-extended | a.md | ok | ok | ${result} | 0123456789abcdef0123456789abcdef |\n`;
  return replace('audit/APPROVAL-CHAIN.md', header, header + results.map(row).join(''));
}

/** A failure mode whose detection is this. */
function failure(detection: string): Edit {
  return append(
    'orchestration-os/OPS-FAILURE-MODES.md',
    `\n## FM-900 Nobody works\n\n- **Symptom:** It is quiet.\n- **Cause:** All rest.\n- **Fix:** Wake one.\n- **Prevention:** -\n- **Severity:** 2\n- **Occurrence:** 2\n- **Detectability:** 2\n- **Status:** open\n\n${detection}`,
  );
}

function sql(query: string): string {
  return `\`\`\`sql detection\n${query}\n\`\`\`\n`;
}

function lock(fields: Readonly<Record<string, string>>, ...claims: readonly string[]): Edit {
  const released = {
    status: 'released',
    run_id: 'null',
    fence: '17',
    locked_at: 'null',
    consecutive_failures: '0',
  };
  const front = Object.entries({ ...released, ...fields })
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
  const rows = claims.map(
    (run) =>
      `| ${run} | worker | - | 18 | attic | 40112 | 2026-11-21T01:30:00Z | 2026-11-21T04:00:00Z |\n`,
  );
  return file(
    'LOCK.md',
    `---\n${front}---\n\n## Claims\n\n| Run id | Role | Project | Fence | Host | Pid | Claimed at | Expires at |\n|---|---|---|---|---|---|---|---|\n${rows.join('')}`,
  );
}

export const PROJECT_CASES: readonly Case[] = [
  // lock-state; what needs claims is in lock-state.test.ts
  {
    rule: 'lock-state',
    name: 'locked, and no pass is the writer',
    edits: [lock({ status: '«locked»', run_id: '«null»', locked_at: '2026-11-21T01:30:00Z' })],
    finds: ['error lock-state', 'error writer-without-claim'],
    says: 'no pass is the writer',
  },
  {
    rule: 'lock-state',
    name: 'a claim that no pass has',
    edits: [lock({}, '«RUN-20261121-004»')],
    finds: ['error lock-state'],
    says: 'shows a claim of RUN-20261121-004, which has none',
  },
  {
    rule: 'lock-state',
    name: 'released, but still naming a writer',
    edits: [lock({ run_id: '«RUN-20261121-004»' })],
    finds: ['error lock-state'],
    says: 'still names RUN-20261121-004',
  },
  { rule: 'lock-state', name: 'released', edits: [lock({})], finds: [] },

  // phase-graph
  {
    rule: 'phase-graph',
    name: 'a successor that is not declared',
    edits: [phases(phase('collect', '- «reviw»'), phase('review', '[]'))],
    finds: ['error phase-graph', `error phase-graph @ ${LONGRUNNER}:9:14-20`],
    says: 'did you mean review?',
  },
  {
    rule: 'phase-graph',
    name: 'successors on one line',
    edits: [phases(phase('collect', '[review, «publish»]'), phase('review', '[]'))],
    finds: ['error phase-graph'],
    says: '"publish" follows "collect"',
  },
  {
    rule: 'phase-graph',
    name: 'a phase that nothing leads to',
    edits: [phases(phase('collect', '- review'), phase('review', '[]'), phase('«publish»', '[]'))],
    finds: ['warning phase-graph'],
    says: 'from "collect" to "publish"',
  },
  {
    rule: 'phase-graph',
    name: 'a cycle that no phase leads out of',
    edits: [
      phases(
        phase('collect', '- review\n- publish'),
        phase('review', '- «watch»'),
        phase('watch', '- review'),
        phase('publish', '[]'),
      ),
    ],
    finds: ['warning phase-graph'],
    says: 'review, watch',
  },
  {
    rule: 'phase-graph',
    name: 'a circle that one phase can leave',
    edits: [
      phases(
        phase('collect', '- review'),
        phase('review', '- collect\n- publish'),
        phase('publish', '[]'),
      ),
    ],
    finds: [],
  },
  {
    rule: 'phase-graph',
    name: 'a project in a phase that is not declared',
    edits: [
      replace(LONGRUNNER, '  name: collect', '  name: «colect»'),
      replace('ACTIVE-PROJECTS.md', '| collect |', '| colect |'),
    ],
    finds: ['error phase-graph', 'warning endless-phase @ *'],
    says: 'did you mean collect?',
  },
  {
    rule: 'phase-graph',
    name: 'a successor that the page does not allow',
    edits: [replace(LONGRUNNER, '  successor: review', '  successor: «collect»')],
    finds: ['error phase-graph'],
    says: 'PROJECTS/inventory/PHASES.md does not allow',
  },
  {
    rule: 'phase-graph',
    name: 'no page of phases',
    edits: [
      remove(PHASES),
      replace(LONGRUNNER, '  name: collect', '  name: «collect»'),
      replace(LONGRUNNER, '  stop_condition: []', '  stop_condition:\n    - file_exists: a.md'),
      replace(LONGRUNNER, '[PHASES.md](PHASES.md)', 'nowhere'),
    ],
    finds: ['warning phase-graph'],
    says: 'declares no phases',
  },
  {
    rule: 'phase-graph',
    name: 'a project that is over may stand anywhere',
    edits: [
      replace(LONGRUNNER, '  name: collect', '  name: gone'),
      replace('ACTIVE-PROJECTS.md', '| collect | active |', '| collect | abandoned |'),
    ],
    finds: [],
  },
  {
    rule: 'phase-graph',
    name: 'phases of another file than a project',
    edits: [file('notes/PHASES.md', '# P\n\n## a\n\n- **Successors:** b\n')],
    finds: [],
  },

  // stop-condition
  {
    rule: 'stop-condition',
    name: 'a kind that there is not',
    edits: [condition('- «file_exist: outputs/*.md»')],
    finds: ['error stop-condition'],
    says: 'did you mean file_exists?',
  },
  {
    rule: 'stop-condition',
    name: 'arguments of the wrong type, each at its place',
    edits: [
      condition(
        '- entries: { in: a.md, under: "## P", «at_least: many» }\n- not: { matches: { in: "a.md", «pattern: "(unclosed"» } }',
      ),
    ],
    finds: ['error stop-condition', 'error stop-condition'],
  },
  {
    rule: 'stop-condition',
    name: 'a map where a list belongs',
    edits: [replace(LONGRUNNER, '  criteria: []', '  criteria:\n    file_exists: «a.md»')],
    finds: ['error stop-condition'],
    says: 'a condition is a list',
  },
  {
    rule: 'stop-condition',
    name: 'a text for people decides nothing',
    edits: [condition('- «All of it has been looked at.»')],
    finds: ['warning stop-condition'],
    says: 'nothing can check it',
  },
  {
    rule: 'stop-condition',
    name: 'a text beside an assertion: together they never hold',
    edits: [condition('- file_exists: outputs/*.md\n- «It reads well.»')],
    finds: ['warning stop-condition'],
  },
  {
    rule: 'stop-condition',
    name: 'criteria of the next pass',
    edits: [
      replace(
        LONGRUNNER,
        '  criteria: []',
        '  criteria:\n    - file_exists: { in: outputs/*.md, «atleast: 2» }',
      ),
    ],
    finds: ['error stop-condition'],
  },
  {
    rule: 'stop-condition',
    name: 'the condition of a phase that has not come yet',
    edits: [
      replace(
        PHASES,
        '- file_exists: outputs/review-*.md',
        '- file_exists: «/outputs/review-*.md»',
      ),
    ],
    finds: ['error stop-condition @ *'],
    says: 'relative to the project',
  },
  {
    rule: 'stop-condition',
    name: 'criteria of a phase',
    edits: [
      replace(
        PHASES,
        '- **Objective:** Say of each package what follows from its licence.',
        '- **Objective:** Say of each package what follows from its licence.\n\n```yaml criteria\n- «It is short.»\n```',
      ),
    ],
    finds: ['warning stop-condition'],
  },
  {
    rule: 'stop-condition',
    name: 'a check that the pass may write',
    edits: [condition('- command: node «outputs/check.mjs» --all')],
    finds: ['error stop-condition'],
    says: 'PROJECTS/inventory/outputs/check.mjs decides',
  },
  {
    rule: 'stop-condition',
    name: 'a check of a phase that the pass may write',
    edits: [
      replace(
        PHASES,
        '- file_exists: outputs/review-*.md',
        '- any_of:\n    - command: [«outputs/check.sh»]\n    - file_exists: outputs/review-*.md',
      ),
    ],
    finds: ['error stop-condition'],
  },
  {
    rule: 'stop-condition',
    name: 'a check beside the page, and a program of the machine',
    edits: [condition('- command: node check.mjs outputs/a.md\n- command: git diff --exit-code')],
    finds: [],
  },
  {
    rule: 'stop-condition',
    name: 'a pass that may write everywhere: a word is a program of the machine unless a file is there',
    edits: [
      replace(LONGRUNNER, '- outputs/**', '- "**"'),
      condition('- command: git diff --exit-code\n- command: «judge» --all'),
      file('PROJECTS/inventory/judge', '#!/bin/sh\n'),
    ],
    finds: ['error stop-condition'],
  },
  {
    rule: 'stop-condition',
    name: 'conditions of every sort',
    edits: [
      condition(
        '# about the list\n- file_exists: outputs/*.md\n- all_of:\n    - links_resolve: outputs/**\n    - not: { matches: { in: "outputs/*.md", pattern: "lorem" } }\n- query: SELECT 1',
      ),
    ],
    finds: [],
  },

  // preapproval
  { rule: 'preapproval', name: 'in force and sound', edits: [permission()], finds: [] },
  {
    rule: 'preapproval',
    name: 'a scope of everything',
    edits: [permission({ scope: '- "«**»"', boundary: '- phase:review' })],
    finds: ['error preapproval'],
    says: 'and',
  },
  {
    rule: 'preapproval',
    name: 'a scope that names a protected file',
    edits: [permission({ scope: '- PROJECTS/inventory/weekly/*.md\n- «SOUL.md»' })],
    finds: ['error preapproval'],
    says: 'SOUL.md',
  },
  {
    rule: 'preapproval',
    name: 'a glob that reaches one, while it is not yet in force',
    edits: [
      permission({ scope: '- «PROJECTS/*.md»', status: 'inactive', boundary: '- phase:review' }),
    ],
    finds: ['error preapproval'],
    says: 'PROJECTS/README.md',
  },
  {
    rule: 'preapproval',
    name: 'what is revoked is over',
    edits: [
      permission({
        scope: '- SOUL.md',
        status: 'revoked',
        expires: '2024-01-01T00:00:00Z',
        boundary: '',
      }),
    ],
    finds: [],
  },
  {
    rule: 'preapproval',
    name: 'a class for which nothing asks',
    edits: [
      permission({ class: '«file-write-extnded»' }),
      replace(
        'REGISTRY.md',
        'file-write-extended, command-extended, priority-rebalance, objective-change)',
        'file-write-extended, file-write-extnded, command-extended, priority-rebalance, objective-change)',
      ),
    ],
    finds: ['error preapproval'],
    says: 'did you mean file-write-extended?',
  },
  {
    rule: 'preapproval',
    name: 'past its last day',
    edits: [permission({ expires: '«2026-11-21T03:00:00Z»' })],
    finds: ['warning preapproval'],
  },
  {
    rule: 'preapproval',
    name: 'past its last day, and not in force',
    edits: [permission({ expires: '2024-01-01T00:00:00Z', status: 'inactive' })],
    finds: [],
  },
  {
    rule: 'preapproval',
    name: 'used up',
    edits: [permission({ uses: '«2»' }), uses('authorised', 'authorised')],
    finds: ['warning preapproval'],
    says: '2 of 2 uses',
  },
  {
    rule: 'preapproval',
    name: 'a refusal is no use',
    edits: [permission(), uses('authorised', 'refused')],
    finds: [],
  },
  {
    rule: 'preapproval',
    name: 'without a boundary',
    edits: [permission({ heading: '«PA-004»', boundary: '' })],
    finds: ['warning preapproval'],
  },
  {
    rule: 'preapproval',
    name: 'a boundary that cannot be read',
    edits: [
      permission({ boundary: '- glob: PROJECTS/inventory/weekly/index.md\n  phase: review' }),
    ],
    finds: ['error preapproval @ *'],
    says: 'permits nothing',
  },
  {
    rule: 'preapproval',
    name: 'a project that is not there',
    edits: [permission({ scope: '- «PROJECTS/inventry/weekly/*.md»', boundary: '- phase:review' })],
    finds: ['warning preapproval'],
    says: 'there is no PROJECTS/inventry',
  },
  {
    rule: 'preapproval',
    name: 'a boundary that the scope does not reach, and a phase of no project',
    edits: [permission({ boundary: '- «SOUL.md»\n- phase:collect\n- «phase:reviw»' })],
    finds: ['warning preapproval', 'warning preapproval'],
    says: 'did you mean review?',
  },

  // edge-undeclared; what the change log shows is in observed-edges.test.ts
  {
    rule: 'edge-undeclared',
    name: 'a protected page that the manifest does not validate',
    edits: [
      replace(
        'REGISTRY.md',
        '| `INTEGRITY-MANIFEST.md` | VALIDATES | `inbox/README.md` | hash |\n',
        '',
      ),
      replace(
        'REGISTRY.md',
        '| `inbox/README.md` | PROTECTED |',
        '| «`inbox/README.md`» | PROTECTED |',
      ),
    ],
    finds: ['warning edge-undeclared'],
    says: 'R3 protects inbox/README.md',
  },
  {
    rule: 'edge-undeclared',
    name: 'a link that R4 knows nothing of',
    edits: [
      file(
        'notes/HANDBOOK.md',
        'Our limits are in [SOUL.md](«../SOUL.md»), and once more [there](../SOUL.md).\n',
      ),
    ],
    finds: ['warning edge-undeclared'],
    says: 'notes/HANDBOOK.md links to SOUL.md',
  },
  {
    rule: 'edge-undeclared',
    name: 'a row for it',
    edits: [
      file('notes/HANDBOOK.md', 'Our limits are in [SOUL.md](../SOUL.md).\n'),
      replace(
        'REGISTRY.md',
        R4_ROW,
        `${R4_ROW}\n| \`notes/*.md\` | REFERENCES | \`SOUL.md\` | - |`,
      ),
    ],
    finds: [],
  },
  {
    rule: 'edge-undeclared',
    name: 'a row for the other direction says something else',
    edits: [
      file('notes/HANDBOOK.md', 'Our limits are in [SOUL.md](«../SOUL.md»).\n'),
      replace(
        'REGISTRY.md',
        R4_ROW,
        `${R4_ROW}\n| \`SOUL.md\` | REFERENCES | \`notes/*.md\` | - |`,
      ),
    ],
    finds: ['warning edge-undeclared'],
  },
  {
    rule: 'edge-undeclared',
    name: 'a link to nothing is link-broken',
    edits: [file('notes/HANDBOOK.md', 'See [it](«GONE.md»).\n')],
    finds: ['warning link-broken'],
  },
  {
    rule: 'edge-undeclared',
    name: 'a link that is silenced',
    edits: [
      file(
        'notes/HANDBOOK.md',
        '<!-- nocturne-ignore edge-undeclared: only an example -->\nSee [SOUL.md](../SOUL.md).\n',
      ),
    ],
    finds: [],
  },
  {
    rule: 'edge-undeclared',
    name: 'notes that link to notes',
    edits: [file('notes/a.md', 'See [it](b.md).\n'), file('notes/b.md', '# B\n')],
    finds: [],
  },
  {
    rule: 'edge-undeclared',
    name: 'links inside one project',
    edits: [
      file(
        'PROJECTS/inventory/outputs/a.md',
        '[Its page](../LONGRUNNER.md) and [another](inventory-2026-11-20.md).\n',
      ),
    ],
    finds: [],
  },

  // failure-mode
  {
    rule: 'failure-mode',
    name: 'an entry that was deleted',
    edits: [
      replace('orchestration-os/OPS-FAILURE-MODES.md', '## FM-006', '## «FM-006»'),
      (files) => {
        const path = 'orchestration-os/OPS-FAILURE-MODES.md';
        file(path, textOf(files, path).replace(/^## FM-005[\s\S]*?(?=^## )/m, ''))(files);
      },
    ],
    finds: ['warning failure-mode'],
    says: 'FM-005 was deleted',
  },
  {
    rule: 'failure-mode',
    name: 'a column that is not there',
    edits: [failure(sql("SELECT file, line\nFROM dispatch WHERE «stauts» = 'active'"))],
    finds: ['error failure-mode'],
    says: 'cannot be run',
  },
  {
    rule: 'failure-mode',
    name: 'a query that changes something',
    edits: [failure(sql('«DELETE FROM dispatch»'))],
    finds: ['error failure-mode'],
  },
  {
    rule: 'failure-mode',
    name: 'a query that says no place',
    edits: [failure(sql('«SELECT file, slug FROM dispatch»\nWHERE 1 = 0'))],
    finds: ['error failure-mode'],
    says: 'no line',
  },
  {
    rule: 'failure-mode',
    name: 'a failure that is seen, at the field that the query names',
    edits: [
      failure(
        sql("SELECT file, line, 'status' AS field, slug FROM dispatch WHERE status = 'active'"),
      ),
      replace('ACTIVE-PROJECTS.md', '| active |', '| «active» |'),
    ],
    finds: ['warning failure-mode'],
    says: 'FM-900 was detected here: Nobody works (slug inventory) Wake one.',
  },
  {
    rule: 'failure-mode',
    name: 'a sum over nothing',
    edits: [failure(sql('«SELECT min(file) AS file, 1 AS line, count(*) AS n»\nFROM lesson'))],
    finds: ['warning failure-mode'],
  },
  {
    rule: 'failure-mode',
    name: 'a failure that is not seen',
    edits: [failure(sql("SELECT file, line FROM dispatch WHERE status = 'blocked'"))],
    finds: [],
  },
  {
    rule: 'failure-mode',
    name: 'a detection in words, and a query that is an example',
    edits: [failure('- **Detection:** Look at SELECT nothing.\n\n```sql\nSELECT nothing\n```\n')],
    finds: [],
  },
  {
    rule: 'failure-mode',
    name: 'a table whose file cannot be read makes a query say nothing',
    edits: [
      failure(sql('SELECT file, line FROM writer WHERE NOT EXISTS (SELECT 1 FROM dispatch)')),
      replace('ACTIVE-PROJECTS.md', '## Projects', '«»## Project'),
    ],
    finds: ['error record-shape @ *'],
  },
  {
    rule: 'failure-mode',
    name: 'a failure that is silenced',
    edits: [
      failure(sql('SELECT file, line FROM dispatch')),
      replace(
        'ACTIVE-PROJECTS.md',
        '| Priority |',
        '<!-- nocturne-ignore failure-mode: known, and mended tomorrow -->\n| Priority |',
      ),
    ],
    finds: [],
  },
];
