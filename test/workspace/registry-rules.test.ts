/**
 * The SQL rules of the shipped REGISTRY.md: each sees its violation, names what its message needs,
 * and stays silent on what is right.
 */
import Database from 'better-sqlite3';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { loadSchema } from '../../src/registry/load-schema.js';
import { tableName } from '../../src/workspace/sql-view.js';

const { schema, diagnostics } = loadSchema(
  readFileSync(new URL('../../../REGISTRY.md', import.meta.url), 'utf8'),
);

type Row = Readonly<Record<string, string | number>>;
type Seed = readonly (readonly [table: string, row: Row])[];

const LONGRUNNER = 'PROJECTS/a/LONGRUNNER.md';
const active: Seed[number] = [
  'dispatch',
  { slug: 'a', status: 'active', phase: 'collect', longrunner: LONGRUNNER },
];
const held: Seed[number] = [
  'dispatch',
  { slug: 'a', status: 'transition-hold', phase: 'collect', longrunner: LONGRUNNER },
];
const project = (row: Row = {}): Seed[number] => [
  'project',
  { key: 'a', phase_name: 'collect', phase_status: 'active', ...row },
];
const asks = (row: Row): Seed[number] => [
  'notification',
  { key: 'N-1', id: 'N-1', project: 'a', status: 'open', ...row },
];
const audit = (run_id: string): Seed[number] => ['audit', { run_id, type: 'session_open' }];

/** For each rule the smallest state that violates it once, and one like it that is right. */
const CASES: Readonly<Record<string, { readonly bad: Seed; readonly good: Seed }>> = {
  'dispatch-longrunner-elsewhere': {
    bad: [['dispatch', { slug: 'a', longrunner: 'PROJECTS/b/LONGRUNNER.md' }]],
    good: [active],
  },
  'dispatch-phase-drift': {
    bad: [active, project({ phase_name: 'review' })],
    good: [active, project()],
  },
  'dispatch-status-drift': {
    bad: [active, project({ phase_status: 'blocked' })],
    good: [held, project({ phase_status: 'complete' })],
  },
  'complete-still-dispatched': {
    bad: [active, project({ phase_status: 'complete' })],
    good: [held, project({ phase_status: 'complete' })],
  },
  'hold-without-notification': {
    bad: [held, asks({ kind: 'transition', status: 'done' })],
    good: [held, asks({ kind: 'transition', status: 'approved' })],
  },
  'hold-without-deadline': {
    bad: [held, project({ transition_triggered_at: '2026-11-21T01:00:00Z' })],
    good: [
      held,
      project({
        transition_triggered_at: '2026-11-21T01:00:00Z',
        transition_expires_at: '2026-11-24T01:00:00Z',
      }),
    ],
  },
  'transition-not-held': {
    bad: [active, project({ transition_triggered_at: '2026-11-21T01:00:00Z' })],
    good: [held, project({ transition_triggered_at: '2026-11-21T01:00:00Z' })],
  },
  'escalation-without-notification': {
    bad: [['dispatch', { slug: 'a', status: 'active', escalation: 'why?' }]],
    good: [
      ['dispatch', { slug: 'a', status: 'active', escalation: 'why?' }],
      asks({ kind: 'escalation' }),
    ],
  },
  'notification-project-unknown': {
    bad: [asks({ kind: 'escalation' })],
    good: [asks({ kind: 'draft' }), ['draft', { key: 'a' }]],
  },
  'draft-beside-project': {
    bad: [active, ['draft', { key: 'a' }]],
    good: [active, ['draft', { key: 'b' }]],
  },
  'draft-with-command': {
    bad: [
      [
        'draft',
        { key: 'a', phase_stop_condition: '[{"any_of":[{"command":{"run":"node x.mjs"}}]}]' },
      ],
    ],
    good: [['draft', { key: 'a', phase_stop_condition: '["by the command of the owner"]' }]],
  },
  'endless-phase': {
    bad: [active, project({ phase_stop_condition: '[]' })],
    good: [
      active,
      project(),
      [
        'phases',
        { key: 'collect', file: 'PROJECTS/a/PHASES.md', stop_condition: '[{"file_exists":"x"}]' },
      ],
    ],
  },
  'scopeless-project': {
    bad: [active, project()],
    good: [active, project({ next_pass_writes: '["outputs/**"]' })],
  },
  'required-tool-missing': {
    bad: [
      active,
      project({ next_pass_requires: '["git"]' }),
      ['tool', { tool: 'git', status: 'missing' }],
    ],
    good: [
      active,
      project({ next_pass_requires: '["github"]' }),
      ['tool', { tool: 'git', status: 'missing' }],
    ],
  },
  'runner-incomplete': {
    bad: [['runner', { id: 'x', kind: 'chat', program: 'node' }]],
    good: [['runner', { id: 'x', kind: 'command', program: 'node' }]],
  },
  'runner-cut-off': {
    bad: [['runner', { id: 'x', kind: 'claude', sandbox: 'strict' }]],
    good: [
      ['runner', { id: 'x', kind: 'claude', sandbox: 'strict', network: 'true' }],
      ['runner', { id: 'y', kind: 'command', sandbox: 'strict' }],
      ['runner', { id: 'z', kind: 'claude', sandbox: 'strict', api_key_env: 'KEY' }],
    ],
  },
  'chat-tier-without-model': {
    bad: [
      ['runner', { id: 'x', kind: 'chat' }],
      ['model_tier', { tier: 'standard', runner: 'x' }],
    ],
    good: [
      ['runner', { id: 'x', kind: 'command' }],
      ['model_tier', { tier: 'standard', runner: 'x' }],
    ],
  },
  'heavy-without-limit': {
    bad: [['model_tier', { tier: 'heavy' }]],
    good: [
      ['model_tier', { tier: 'heavy', max_per_day: 2 }],
      ['model_tier', { tier: 'standard' }],
    ],
  },
  'run-not-closed': {
    bad: [audit('RUN-1'), audit('RUN-1')],
    good: [audit('RUN-1'), audit('owner'), ['claim', { run_id: 'RUN-1' }]],
  },
  'run-without-audit': {
    bad: [['run', { run_id: 'RUN-1' }]],
    good: [['run', { run_id: 'RUN-1' }], audit('RUN-1')],
  },
  'run-ends-before-start': {
    bad: [
      ['run', { run_id: 'RUN-1', started: '2026-11-21T02:00:00Z', ended: '2026-11-21T01:59:00Z' }],
    ],
    good: [
      ['run', { run_id: 'RUN-1', started: '2026-11-21T02:00:00Z', ended: '2026-11-21T02:00:00Z' }],
    ],
  },
  'change-of-unknown-run': {
    bad: [['change', { run_id: 'RUN-1', address: 'A.md#b' }]],
    good: [['change', { run_id: 'RUN-1', address: 'A.md#b' }], audit('RUN-1')],
  },
  'invocations-over-limit': {
    bad: [['preapproval', { id: 'PA-001', max_uses: 1 }], ...uses(2, 'authorised')],
    good: [
      ['preapproval', { id: 'PA-001', max_uses: 1 }],
      ...uses(1, 'authorised'),
      ...uses(3, 'refused'),
    ],
  },
  'invocation-after-expiry': {
    bad: [
      ['preapproval', { id: 'PA-001', expires: '2026-11-20T23:00:00-02:00' }],
      ...uses(1, 'authorised'),
    ],
    good: [
      ['preapproval', { id: 'PA-001', expires: '2026-11-20T23:00:00-03:00' }],
      ...uses(1, 'authorised'),
    ],
  },
  'invocation-of-unknown': {
    bad: uses(1, 'refused'),
    good: [...uses(1, 'refused'), ['preapproval', { id: 'PA-001' }]],
  },
  'approval-without-yes': {
    bad: [...events('AP-001', 'requested', 'used')],
    good: [...events('AP-001', 'requested', 'approved', 'used')],
  },
  'approval-used-again': {
    bad: [...events('AP-001', 'requested', 'approved', 'used', 'used')],
    good: [
      ...events('AP-001', 'requested', 'approved', 'used'),
      ...events('AP-002', 'requested', 'approved', 'used'),
    ],
  },
  'claim-of-closed-run': {
    bad: [
      ['claim', { run_id: 'RUN-1' }],
      ['run', { run_id: 'RUN-1' }],
    ],
    good: [
      ['claim', { run_id: 'RUN-2' }],
      ['run', { run_id: 'RUN-1' }],
    ],
  },
  'writer-without-claim': {
    bad: [
      ['writer', { status: 'locked', run_id: 'RUN-1' }],
      ['claim', { run_id: 'RUN-2' }],
    ],
    good: [
      ['writer', { status: 'locked', run_id: 'RUN-1' }],
      ['claim', { run_id: 'RUN-1' }],
    ],
  },
  'review-project-unknown': {
    bad: [['review', { slug: 'b' }], active],
    good: [['review', { slug: 'a' }], active],
  },
};

function uses(count: number, result: string): Seed {
  return Array.from(
    { length: count },
    (_, n) =>
      [
        'invocation',
        { id: `PA-001-INV-00${n}`, preapproval: 'PA-001', result, time: '2026-11-21T01:30:00Z' },
      ] as const,
  );
}

function events(id: string, ...names: readonly string[]): Seed {
  return names.map(
    (event) => ['approval', { id, event, payload: 'f00d', time: '2026-11-21T01:30:00Z' }] as const,
  );
}

/** Empty tables with the registry's columns; seeded rows get a file and a line, as records have. */
function tables(seed: Seed): Database.Database {
  const database = new Database(':memory:');
  const columns = new Map<string, readonly string[]>(
    [...schema.objects.values()].map(
      (object) =>
        [
          tableName(object.object),
          [
            'key',
            ...[...object.fields.keys()]
              .map((field) => field.replaceAll('.', '_'))
              .filter((name) => !['key', 'file', 'line'].includes(name)),
            'file',
            'line',
          ],
        ] as const,
    ),
  );
  for (const [name, names] of columns)
    database.exec(`CREATE TABLE "${name}" (${names.map((one) => `"${one}"`).join(', ')})`);
  seed.forEach(([table, row], n) => {
    const whole: Row = { file: `${table}.md`, line: n + 1, ...row };
    database
      .prepare(
        `INSERT INTO "${table}" (${Object.keys(whole)
          .map((one) => `"${one}"`)
          .join(', ')}) VALUES (${Object.keys(whole)
          .map(() => '?')
          .join(', ')})`,
      )
      .run(...Object.values(whole));
  });
  return database;
}

function violations(sql: string, seed: Seed): readonly Readonly<Record<string, unknown>>[] {
  const database = tables(seed);
  try {
    return database.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    database.close();
  }
}

t.test('the shipped registry is read without a complaint', async (t) => {
  t.same(diagnostics, []);
});

t.test('every rule has its case', async (t) => {
  t.same(Object.keys(CASES).sort(), schema.rules.map((rule) => rule.id).sort());
});

for (const rule of schema.rules) {
  t.test(
    `the rule ${rule.id} sees its violation once, with what its message names, and nothing else`,
    async (t) => {
      const { bad, good } = CASES[rule.id] ?? { bad: [], good: [] };
      const [found, ...more] = violations(rule.sql, bad);
      t.same(more, []);
      t.type(found?.['file'], 'string');
      t.type(found?.['line'], 'number');
      for (const [, name = ''] of rule.message.matchAll(/\{(\w+)\}/g))
        t.not(found?.[name] ?? undefined, undefined, `{${name}} has a value`);
      t.same(violations(rule.sql, good), []);
      t.same(violations(rule.sql, []), []);
    },
  );
}
