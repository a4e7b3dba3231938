/** Which project is next, and whether it can be worked on. */
import t from 'tap';
import { dispatch } from '../../src/governance/dispatch.js';
import type { DispatchOptions } from '../../src/governance/dispatch.js';
import { openEscalations } from '../../src/governance/escalation.js';
import { projectState } from '../../src/governance/project-state.js';
import {
  dispatchTable,
  longrunner,
  notifications,
  PHASES,
  rows,
  smallWorkspace,
} from './small-workspace.js';
import type { DispatchRow, ProjectFields } from './small-workspace.js';

t.test('the lowest number goes first, then the project that has waited longest', async (t) => {
  type Case = {
    readonly rows: readonly DispatchRow[];
    readonly options?: DispatchOptions;
    readonly chosen: string | undefined;
    readonly why?: RegExp;
    readonly skipped?: Readonly<Record<string, RegExp>>;
  };
  const cases: readonly Case[] = [
    { rows: [], chosen: undefined },
    {
      rows: [
        { slug: 'a', priority: 2 },
        { slug: 'b', priority: 1 },
      ],
      chosen: 'b',
      why: /^priority 1$/,
      skipped: { a: /b comes first: priority 1 before 2/ },
    },
    {
      rows: [
        { slug: 'a', priority: 10 },
        { slug: 'b', priority: 9 },
      ],
      chosen: 'b',
    },
    {
      rows: [
        { slug: 'a', priority: 1, last: '2026-11-20T10:00:00Z' },
        { slug: 'b', priority: 1, last: '2026-11-19T10:00:00Z' },
      ],
      chosen: 'b',
      why: /priority 1, last pass 2026-11-19/,
      skipped: { a: /b has waited longer/ },
    },
    {
      rows: [
        { slug: 'a', priority: 1, last: '2026-11-20T10:00:00Z' },
        { slug: 'b', priority: 1 },
      ],
      chosen: 'b',
      why: /never worked on/,
    },
    {
      rows: [
        { slug: 'b', priority: 1 },
        { slug: 'a', priority: 1 },
      ],
      chosen: 'a',
    },
    {
      rows: [
        { slug: 'a', priority: 'first' },
        { slug: 'b', priority: 999 },
      ],
      chosen: 'b',
    },
    { rows: [{ slug: 'a', priority: 'first' }], chosen: 'a', why: /priority first/ },
    {
      rows: [
        { slug: 'a', status: 'paused' },
        { slug: 'b', status: 'blocked' },
        { slug: 'c', status: 'complete' },
        { slug: 'd', status: 'abandoned' },
        { slug: 'e', status: 'Active' },
        { slug: 'f', status: 'transition-hold' },
        { slug: 'g', escalation: 'Which licence counts?' },
        { slug: '', priority: 1 },
        { slug: 'h', status: '' },
      ],
      chosen: undefined,
      skipped: {
        a: /its status is paused/,
        e: /its status is Active/,
        g: /open question: Which licence counts\?/,
        '': /no slug/,
        h: /no status/,
      },
    },
    {
      rows: [{ slug: 'a' }, { slug: 'b' }],
      options: { exclude: new Set(['a']) },
      chosen: 'b',
      skipped: { a: /already tried it/ },
    },
    {
      rows: [{ slug: 'a' }, { slug: 'b' }],
      options: { only: 'b' },
      chosen: 'b',
      skipped: { a: /another project/ },
    },
    {
      rows: [{ slug: 'a' }],
      options: { only: 'zz' },
      chosen: undefined,
      skipped: { zz: /no row/ },
    },
    {
      rows: [
        { slug: 'a', status: 'paused' },
        { slug: 'a', priority: 2 },
      ],
      chosen: undefined,
      skipped: { a: /second row at ACTIVE-PROJECTS.md:\d+|paused/ },
    },
  ];
  for (const { rows: table, options, chosen, why, skipped } of cases) {
    const found = dispatch(
      smallWorkspace(t, { 'ACTIVE-PROJECTS.md': dispatchTable(table) }),
      options,
    );
    t.equal(found.chosen?.slug, chosen, JSON.stringify(table));
    if (why !== undefined) t.match(found.chosen?.why, why);
    for (const [slug, reason] of Object.entries(skipped ?? {}))
      t.match(found.skipped.find((one) => one.slug === slug)?.why, reason, slug);
  }
});

t.test('a project whose transition was approved advances before anything is chosen', async (t) => {
  const held = longrunner({
    phase: { status: 'complete' },
    transition: {
      triggered_at: '2026-11-20T20:00:00Z',
      expires_at: '2026-11-23T20:00:00Z',
      reescalations: '0',
    },
  });
  const files = (answer: string) => ({
    'ACTIVE-PROJECTS.md': dispatchTable([
      { slug: 'a' },
      { slug: 'held', status: 'transition-hold', escalation: 'Go on?' },
    ]),
    'PROJECTS/held/LONGRUNNER.md': held,
    'PROJECTS/held/PHASES.md': PHASES,
    'NOTIFICATIONS.md': notifications([
      {
        id: 'N-20261120-001',
        kind: 'transition',
        project: 'held',
        time: '2026-11-20T20:00:00Z',
        answer,
      },
    ]),
  });
  t.match(dispatch(smallWorkspace(t, files('yes'))), { advance: ['held'], chosen: { slug: 'a' } });
  t.same(dispatch(smallWorkspace(t, files('no'))).advance, []);
  t.same(dispatch(smallWorkspace(t, files(''))).advance, []);
  t.same(dispatch(smallWorkspace(t, files('yes')), { only: 'a' }).advance, []);
});

t.test('a project is what its record says', async (t) => {
  const cases: readonly (readonly [ProjectFields, string, RegExp, string?])[] = [
    [{}, 'active', /List the first twelve/],
    [{ phase: { status: 'blocked' } }, 'blocked', /"collect" is blocked/],
    [{ phase: { status: 'complete' } }, 'complete', /"collect" is complete/],
    [{ phase: { status: 'ACTIVE' } }, 'missing', /says "ACTIVE"/],
    [{ phase: { status: '' } }, 'missing', /says ""/],
    [{ phase: { name: '' } }, 'missing', /names no phase/],
    [
      { phase: { name: 'elsewhere' } },
      'blocked',
      /"elsewhere" is not declared in PROJECTS\/inventory\/PHASES.md/,
    ],
    [{}, 'blocked', /stands twice/, `${PHASES}\n## collect\n\n- **Objective:** again\n`],
    [{ phase: { name: 'elsewhere' } }, 'active', /List/, '# Phases\n'],
    [{}, 'missing', /PHASES.md is empty/, ''],
    [{}, 'missing', /PHASES.md is empty/, '\0\0\0'],
    [{ next_pass: { objective: '' } }, 'stale-objective', /is empty/],
    [{ next_pass: { objective: '~' } }, 'stale-objective', /is empty/],
    [{ next_pass: { objective: '"{{objective}}"' } }, 'stale-objective', /placeholder/],
    [{ next_pass: { objective: 'TBD' } }, 'stale-objective', /placeholder/],
    [{ next_pass: { objective: '"<what to do>"' } }, 'stale-objective', /placeholder/],
    [{ next_pass: { objective: 'none' } }, 'stale-objective', /placeholder/],
    [{ next_pass: { objective: 'Note what is to be done' } }, 'active', /Note/],
    [
      {
        next_pass: { objective: 'Old thing' },
        last_pass: { objective: 'old  thing.', date: '2026-10-01T00:00:00Z' },
      },
      'stale-objective',
      /phase before/,
    ],
    [
      {
        next_pass: { objective: 'Old thing' },
        last_pass: { objective: 'Old thing', date: '2026-11-02T00:00:00Z' },
      },
      'active',
      /Old thing/,
    ],
    [
      {
        next_pass: { objective: 'Old thing' },
        last_pass: { objective: 'Old thing', date: '2026-11-01T00:00:00Z' },
      },
      'active',
      /Old thing/,
    ],
    [
      {
        next_pass: { objective: 'List the packages' },
        last_pass: { objective: 'List the packages', date: '2026-10-01T00:00:00Z' },
      },
      'active',
      /List/,
    ],
  ];
  for (const [fields, state, why, phases] of cases) {
    const snapshot = smallWorkspace(t, {
      'PROJECTS/inventory/LONGRUNNER.md': longrunner(fields),
      'PROJECTS/inventory/PHASES.md': phases ?? PHASES,
    });
    t.match(projectState(snapshot, 'inventory'), { state, why }, JSON.stringify(fields));
  }
  t.match(projectState(smallWorkspace(t, {}), 'inventory'), {
    state: 'missing',
    why: /no project "inventory"/,
  });
  t.match(
    projectState(
      smallWorkspace(t, { 'PROJECTS/inventory/LONGRUNNER.md': '---\nphase: [\n---\n' }),
      'inventory',
    ),
    { state: 'missing' },
  );
});

t.test('open escalations are listed by urgency, those nobody has seen are marked', async (t) => {
  const snapshot = smallWorkspace(t, {
    'ACTIVE-PROJECTS.md': dispatchTable([
      { slug: 'a', escalation: 'A?' },
      { slug: 'b', escalation: 'B?' },
      { slug: 'c' },
      { slug: 'd', escalation: 'D?' },
    ]),
    'NOTIFICATIONS.md': notifications([
      {
        id: 'N-20261120-001',
        kind: 'escalation',
        project: 'a',
        priority: 'low',
        time: '2026-11-20T20:00:00Z',
      },
      {
        id: 'N-20261120-002',
        kind: 'escalation',
        project: 'b',
        priority: 'critical',
        time: '2026-11-21T02:00:00Z',
      },
      {
        id: 'N-20261120-003',
        kind: 'escalation',
        project: 'b',
        status: 'done',
        priority: 'low',
        time: '2026-11-21T02:30:00Z',
      },
    ]),
    'audit/SESSION-REGISTRY.md': rows(
      'Sessions',
      ['Run id', 'Role', 'Started'],
      [
        ['RUN-20261121-001', 'manager', '2026-11-21T01:00:00Z'],
        ['RUN-20261121-002', 'worker', '2026-11-21T02:50:00Z'],
      ],
    ),
  });
  t.match(openEscalations(snapshot), [
    {
      slug: 'b',
      question: 'B?',
      notification: 'N-20261120-002',
      priority: 'critical',
      unseen: true,
    },
    { slug: 'a', question: 'A?', notification: 'N-20261120-001', priority: 'low', unseen: false },
    { slug: 'd', question: 'D?', notification: undefined, unseen: true },
  ]);
});
