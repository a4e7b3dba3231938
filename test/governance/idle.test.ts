/** The idle cycle: the first tier that finds something, one item, and where it may write. */
import t from 'tap';
import { idle } from '../../src/governance/idle.js';
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
      { 'SOUL.md': SOUL, 'PROJECTS/idea/LONGRUNNER-DRAFT.md': '---\nmission: x\n---\n' },
      [],
      undefined,
    ],
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
