/** The idle cycle: the first tier that finds something, one item, and where it may write. */
import t from 'tap';
import { idle } from '../../src/governance/idle.js';
import { evaluateIdle, type IdleItem, idleTest } from '../../src/governance/idle-work.js';
import type { Diagnostic } from '../../src/kernel/diagnostic.js';
import {
  changeLog,
  dispatchTable,
  longrunner,
  notifications,
  rows,
  smallWorkspace,
} from './small-workspace.js';
import type { Files } from './small-workspace.js';

const SOUL =
  '# Soul\n\n## Domain\n\n- **Domain anchor:** Licences of open source packages\n- **Restrictions:** -\n';
const TWO_LIVE = {
  'ACTIVE-PROJECTS.md': dispatchTable([
    { slug: 'a', status: 'paused' },
    { slug: 'b', status: 'blocked' },
    { slug: 'c', status: 'complete' },
  ]),
};
const ALLOWED =
  '# Pre-approvals\n\n## PA-001\n\n- **Action class:** idle-cycle-autonomy\n- **Scope:** PROJECTS/*/LONGRUNNER-DRAFT.md, docs/**\n- **Max uses:** 5\n- **Expires:** 2026-12-31T00:00:00Z\n- **Status:** active\n';

function finding(
  rule: string,
  file: string,
  severity: Diagnostic['severity'] = 'warning',
  line = 3,
): Diagnostic {
  return {
    rule,
    severity,
    message: `${rule} here`,
    range: { file, line, column: 1, endLine: line, endColumn: 2 },
  };
}

function days(count: number, last = 20): Files {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `memory/2026-11-${String(last - i).padStart(2, '0')}.md`,
      '# Day\n',
    ]),
  );
}

const WRITTEN_IN_SEPTEMBER = changeLog([
  ['PROJECTS/a/outputs/x.md', '', 'x', '2026-09-01T00:00:00Z'],
]);
const FAILURES =
  '# Failure modes\n\n## FM-001 Empty output\n\n- **Symptom:** empty\n- **Status:** open\n\n## FM-002 Other\n\n- **Symptom:** other\n- **Status:** mitigated\n';

const WHOLE_DRAFT = `---
mission: Know the licences
phase:
  name: survey
  objective: List them
  stop_condition:
    - file_exists: outputs/survey.md
    - links_resolve: outputs/survey.md
next_pass:
  objective: List twelve
---
`;
/** Passes about one item: their days, ends and grades. */
function attempts(...passes: readonly (readonly [ended: string, grade: string])[]): Files {
  const runs = passes.map(([ended, grade], i) => ({
    id: `RUN-${ended.slice(0, 10).replaceAll('-', '')}-00${i + 1}`,
    ended,
    grade,
  }));
  return {
    ...TWO_LIVE,
    'memory/2026-11-20.md': `# Day\n\n${runs
      .map(
        ({ id }) =>
          `## ${id}\n\n- **Objective:** Repair link-broken in docs/a.md\n- **Result:** x\n`,
      )
      .join('\n')}`,
    'audit/SESSION-REGISTRY.md': rows(
      'Sessions',
      ['Run id', 'Role', 'Started', 'Ended', 'Integrity', 'Outcome', 'Grade', 'Chain'],
      runs.map(({ id, ended, grade }) => [id, 'worker', ended, ended, 'pass', 'x', grade, 'x']),
    ),
  };
}
const BROKEN = [finding('link-broken', 'docs/a.md')];
const TAKEN = 'Repair link-broken in docs/a.md';
type Again = readonly [string, Files, readonly Diagnostic[], string | undefined];
const AGAIN: readonly Again[] = [
  ['what failed waits a day', attempts(['2026-11-20T12:00:00Z', 'FAIL']), BROKEN, undefined],
  ['and comes up again', attempts(['2026-11-20T02:00:00Z', 'FAIL']), BROKEN, TAKEN],
  [
    'after a second failure it waits two days',
    attempts(['2026-11-18T02:00:00Z', 'FAIL'], ['2026-11-19T12:00:00Z', 'WEAK']),
    BROKEN,
    undefined,
  ],
  [
    'and then comes up again',
    attempts(['2026-11-17T02:00:00Z', 'FAIL'], ['2026-11-19T02:00:00Z', 'WEAK']),
    BROKEN,
    TAKEN,
  ],
  [
    'only failures in a row count',
    attempts(
      ['2026-11-16T02:00:00Z', 'FAIL'],
      ['2026-11-17T02:00:00Z', 'FAIL'],
      ['2026-11-18T02:00:00Z', 'ADEQUATE'],
      ['2026-11-20T02:00:00Z', 'FAIL'],
    ),
    BROKEN,
    TAKEN,
  ],
  ['what was done stays done', attempts(['2026-11-10T02:00:00Z', 'ADEQUATE']), BROKEN, undefined],
  [
    'until its file changes',
    {
      ...attempts(['2026-11-10T02:00:00Z', 'ADEQUATE']),
      ...changeLog([['docs/a.md', 'x', 'y', '2026-11-12T02:00:00Z']]),
      'docs/a.md': 'y',
    },
    BROKEN,
    TAKEN,
  ],
  [
    'and a change by the pass itself is none',
    {
      ...attempts(['2026-11-10T02:00:00Z', 'ADEQUATE']),
      ...changeLog([['docs/a.md', 'x', 'y', '2026-11-10T02:00:00Z']]),
      'docs/a.md': 'y',
    },
    BROKEN,
    undefined,
  ],
];

t.test('the first tier that finds something new is taken', async (t) => {
  type Case = readonly [
    name: string,
    files: Files,
    diagnostics: readonly Diagnostic[],
    objective: string | undefined,
    writes?: readonly string[],
  ];
  const cases: readonly Case[] = [
    ['nothing at all', TWO_LIVE, [], undefined],
    [
      'a warning',
      TWO_LIVE,
      [finding('link-broken', 'docs/a.md')],
      'Repair link-broken in docs/a.md',
      ['memory/**'],
    ],
    [
      'an error before a warning',
      TWO_LIVE,
      [finding('link-broken', 'docs/a.md'), finding('key-unique', 'b.md', 'error')],
      'Repair key-unique in b.md',
    ],
    [
      'an error among warnings of one file',
      TWO_LIVE,
      [
        finding('link-broken', 'docs/a.md'),
        finding('key-unique', 'b.md'),
        finding('key-unique', 'b.md', 'error'),
      ],
      'Repair key-unique in b.md',
    ],
    [
      'information is nothing to repair',
      TWO_LIVE,
      [finding('manifest-signature', 'INTEGRITY-MANIFEST.md', 'info')],
      undefined,
    ],
    [
      'reported already',
      {
        ...TWO_LIVE,
        'memory/2026-11-19.md':
          '# Day\n\n## RUN-20261119-001\n\n- **Objective:** Repair link-broken in docs/a.md\n- **Result:** noted\n',
      },
      [finding('link-broken', 'docs/a.md'), finding('link-broken', 'docs/b.md')],
      'Repair link-broken in docs/b.md',
    ],
    [
      'asked already',
      {
        ...TWO_LIVE,
        'NOTIFICATIONS.md': notifications([
          { id: 'N-20261119-001', kind: 'proposal', question: 'Repair link-broken in docs/a.md' },
        ]),
      },
      [finding('link-broken', 'docs/a.md')],
      undefined,
    ],
    [
      'repair is allowed to write',
      { ...TWO_LIVE, 'orchestration-os/OPS-PREAPPROVAL.md': ALLOWED },
      [finding('link-broken', 'docs/a.md')],
      'Repair link-broken in docs/a.md',
      ['memory/**', 'docs/a.md'],
    ],
    [
      'an open failure mode',
      { ...TWO_LIVE, 'orchestration-os/OPS-FAILURE-MODES.md': FAILURES },
      [],
      'Review FM-001: Empty output',
      ['memory/**'],
    ],
    [
      'a pre-approval that ends soon',
      {
        ...TWO_LIVE,
        'orchestration-os/OPS-PREAPPROVAL.md': ALLOWED.replace('2026-12-31', '2026-11-23'),
      },
      [],
      'Review PA-001, which ends on 2026-11-23T00:00:00Z',
    ],
    [
      'a pre-approval that has ended',
      {
        ...TWO_LIVE,
        'orchestration-os/OPS-PREAPPROVAL.md': ALLOWED.replace('2026-12-31', '2026-11-20'),
      },
      [],
      undefined,
    ],
    [
      'a tool checked long ago',
      {
        ...TWO_LIVE,
        'orchestration-os/TOOL-STATUS.md': rows(
          'Tools',
          ['Tool', 'Status', 'Constraint', 'Last checked'],
          [
            ['git', 'available', '', '2026-10-01T00:00:00Z'],
            ['npm', 'unknown', '', ''],
          ],
        ),
      },
      [],
      'Review the tool git, last checked on 2026-10-01',
    ],
    [
      'an output that nobody has looked at',
      { ...TWO_LIVE, 'PROJECTS/a/outputs/x.md': 'x', ...WRITTEN_IN_SEPTEMBER },
      [],
      'Review PROJECTS/a/outputs/x.md',
    ],
    [
      'an output that was changed by hand since',
      { ...TWO_LIVE, 'PROJECTS/a/outputs/x.md': 'y', ...WRITTEN_IN_SEPTEMBER },
      [],
      undefined,
    ],
    [
      'an old file of the owner',
      { ...TWO_LIVE, 'PROJECTS/a/outputs/x.md': { content: 'x', mtime: '2026-09-01T00:00:00Z' } },
      [],
      undefined,
    ],
    [
      'the project was reviewed',
      {
        ...TWO_LIVE,
        'PROJECTS/a/outputs/x.md': 'x',
        ...WRITTEN_IN_SEPTEMBER,
        'PROJECTS/MANAGER-REVIEW-REGISTRY.md': rows(
          'Reviews',
          ['Slug', 'Date'],
          [['a', '2026-11-10T00:00:00Z']],
        ),
      },
      [],
      undefined,
    ],
    ['seven daily logs', { ...TWO_LIVE, ...days(7) }, [], undefined],
    [
      'eight daily logs',
      { ...TWO_LIVE, ...days(8) },
      [],
      'Consolidate memory from 2026-11-13 to 2026-11-20 into memory/summary-2026-11-20.md',
      ['memory/**'],
    ],
    ['today does not count', { ...TWO_LIVE, ...days(8, 21) }, [], undefined],
    [
      'summed up already',
      { ...TWO_LIVE, ...days(12), 'memory/summary-2026-11-15.md': '# Summary\n' },
      [],
      undefined,
    ],
    [
      'review goes before memory',
      { ...TWO_LIVE, ...days(8), 'orchestration-os/OPS-FAILURE-MODES.md': FAILURES },
      [],
      'Review FM-001: Empty output',
    ],
    [
      'too little to do',
      { 'SOUL.md': SOUL },
      [],
      'Draft a project for: Licences of open source packages',
      ['memory/**'],
    ],
    [
      'a draft is allowed',
      { 'SOUL.md': SOUL, 'orchestration-os/OPS-PREAPPROVAL.md': ALLOWED },
      [],
      'Draft a project for: Licences of open source packages',
      ['memory/**', 'PROJECTS/*/LONGRUNNER-DRAFT.md'],
    ],
    ['enough to do', { ...TWO_LIVE, 'SOUL.md': SOUL }, [], undefined],
    [
      'one draft at a time',
      { 'SOUL.md': SOUL, 'PROJECTS/idea/LONGRUNNER-DRAFT.md': WHOLE_DRAFT },
      [],
      undefined,
    ],
    [
      'a draft that is not complete is completed',
      { 'SOUL.md': SOUL, 'PROJECTS/idea/LONGRUNNER-DRAFT.md': '---\nmission: x\n---\n' },
      [],
      'Complete the draft idea: phase.name is empty; phase.objective is empty; next_pass.objective is empty; phase.stop_condition has 0 tests; it needs at least 2',
    ],
    [
      'a file with a secret is never given to a model',
      TWO_LIVE,
      [finding('link-broken', 'docs/a.md'), finding('secret', 'docs/a.md', 'error')],
      undefined,
    ],
    ...AGAIN,
    [
      'a draft that became a project',
      {
        'SOUL.md': SOUL,
        'PROJECTS/a/LONGRUNNER-DRAFT.md': '---\nmission: x\n---\n',
        'PROJECTS/a/LONGRUNNER.md': longrunner(),
      },
      [],
      'Draft a project for: Licences of open source packages',
    ],
    ['no anchor and nothing else', {}, [], undefined],
    [
      'no anchor',
      { 'SOUL.md': SOUL.replace('Licences of open source packages', '-') },
      [],
      undefined,
    ],
    [
      'a placeholder for an anchor',
      { 'SOUL.md': SOUL.replace('Licences of open source packages', '{{domain anchor}}') },
      [],
      undefined,
    ],
  ];
  for (const [name, files, diagnostics, objective, writes] of cases) {
    const { choice } = idle(smallWorkspace(t, files), diagnostics);
    t.equal(choice?.objective, objective, name);
    if (writes !== undefined) {
      t.same(choice?.writes, writes, name);
      t.equal(choice?.authorisation, writes.length > 1 ? 'PA-001' : undefined);
    }
  }
});

t.test('it says why each tier before was passed over', async (t) => {
  const { considered, choice } = idle(smallWorkspace(t, {}), []);
  t.equal(choice, undefined);
  t.match(considered, [
    { tier: 'repair', why: 'validation found nothing to repair' },
    { tier: 'review', why: 'nothing is waiting to be looked at again' },
    { tier: 'consolidate', why: /no more than 7/ },
    { tier: 'draft', why: 'SOUL.md has no domain anchor' },
  ]);
});

t.test('each kind of idle work has a test of its own', async (t) => {
  const DAYS = ['2026-11-13', '2026-11-14'];
  const long = 'What lasts. '.repeat(20);
  type Case = readonly [string, IdleItem, Files, readonly string[], boolean, RegExp];
  const repair: IdleItem = { tier: 'repair', subject: 'docs/a.md', rule: 'link-broken' };
  const review: IdleItem = { tier: 'review', subject: 'FM-001' };
  const consolidate: IdleItem = { tier: 'consolidate', subject: 'memory/summary.md', days: DAYS };
  const draft: IdleItem = { tier: 'draft', subject: '' };
  const page = 'PROJECTS/idea/LONGRUNNER-DRAFT.md';
  const noCommand = WHOLE_DRAFT.replace(
    '- links_resolve: outputs/survey.md',
    '- command: node x.mjs',
  );
  const cases: readonly Case[] = [
    [
      'a file without the mistake',
      repair,
      { 'docs/a.md': 'x' },
      ['docs/a.md'],
      true,
      /no link-broken/,
    ],
    [
      'a note that names it',
      repair,
      { 'memory/n.md': 'docs/a.md:3' },
      ['memory/n.md'],
      true,
      /a note/,
    ],
    [
      'a note about something else',
      repair,
      { 'memory/n.md': 'hm' },
      ['memory/n.md'],
      false,
      /does not name docs/,
    ],
    ['nothing', review, {}, [], false, /wrote no note/],
    ['an older note', review, { 'memory/n.md': 'FM-001' }, [], false, /wrote no note/],
    ['a note', review, { 'memory/n.md': 'FM-001 is still true' }, ['memory/n.md'], true, /a note/],
    [
      'a page of all days',
      consolidate,
      { 'memory/summary.md': `${DAYS.join(' ')} ${long}` },
      [],
      true,
      /all 2 days/,
    ],
    [
      'a day too few',
      consolidate,
      { 'memory/summary.md': `${DAYS[0]} ${long}` },
      [],
      false,
      /2026-11-14/,
    ],
    [
      'a page without text',
      consolidate,
      { 'memory/summary.md': DAYS.join(' ') },
      [],
      false,
      /21 characters/,
    ],
    ['a whole draft', draft, { [page]: WHOLE_DRAFT }, [page], true, /the draft idea/],
    ['a draft of somebody else', draft, { [page]: WHOLE_DRAFT }, [], false, /no draft/],
    ['a draft with a command', draft, { [page]: noCommand }, [page], false, /runs a command/],
    ['half a draft', draft, { [page]: '---\nmission: x\n---\n' }, [page], false, /0 tests/],
  ];
  for (const [name, item, files, changed, holds, found] of cases) {
    const diagnostics = item.tier === 'repair' && !changed.includes('docs/a.md') ? BROKEN : [];
    const result = evaluateIdle(item, { snapshot: smallWorkspace(t, files), changed, diagnostics });
    t.equal(result.holds, holds, name);
    t.match(result.found, found, name);
    t.equal(result.assertion, idleTest(item), 'the brief and the judge say the same');
  }
});
