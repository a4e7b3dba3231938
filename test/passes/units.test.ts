/** Passes for units: parts of a project's work that a module offers. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { UnitVerdict } from '../../src/governance/unit.js';
import { NocturneError } from '../../src/kernel/error.js';
import { fieldText } from '../../src/project/field-text.js';
import { drive } from '../../src/modules/plans/run/drive.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { passesAtWork } from '../../src/passes/pass-file.js';
import { claimPass, livePasses, releaseClaim } from '../../src/workspace/pass-lock.js';
import type { CommitPart, Workspace } from '../../src/workspace/types.js';
import { worker } from '../../src/passes/worker/worker.js';
import { environment, REPORT, trail } from './pass-workspace.js';
import { exists, placeWithSteps, statesOf, type Step, stepsModule } from './unit-workspace.js';

t.setTimeout(480_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !hasSandbox && 'bubblewrap is not installed';

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Asks until it is so, for a minute at most. */
async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; !isSo() && i < 600; i++) await pause(100);
}

const copies = (from: string, to: string): readonly string[] => [
  'node',
  '-e',
  `const fs = require('fs'); fs.mkdirSync('outputs', { recursive: true });
   fs.writeFileSync('${to}', fs.readFileSync('${from}', 'utf8').toUpperCase());`,
];
const AGENT = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/draft.md', '# draft\\n');
${REPORT}`;
const CHAIN: readonly Step[] = [
  { id: 'plan/pages/draft/1', writes: ['outputs/draft.md'], produces: ['outputs/draft.md'] },
  {
    id: 'plan/pages/loud/1',
    needs: ['plan/pages/draft/1'],
    command: copies('outputs/draft.md', 'outputs/loud.md'),
    writes: ['outputs/loud.md'],
    consumes: ['outputs/draft.md'],
    produces: ['outputs/loud.md'],
    criteria: [{ matches: { in: 'outputs/loud.md', pattern: '^# DRAFT' } }],
  },
];

t.test(
  'an agent and then a program work on a project, each on what was proved',
  { skip },
  async (t) => {
    const verdicts: UnitVerdict[] = [];
    const place = placeWithSteps(t.testdir(), AGENT);
    const env = environment(place, { modules: [stepsModule(CHAIN, verdicts)] });
    const first = await worker(env, { role: 'worker' });
    t.equal(first.exit, 0, first.outcome);
    t.equal(first.data.unit, 'plan/pages/draft/1');
    const second = await worker(env, { role: 'worker' });
    t.equal(second.exit, 0, second.outcome);
    t.equal(exists(place, 'outputs/loud.md'), '# DRAFT\n');
    const snapshot = place.workspace.snapshot();
    t.same(statesOf(snapshot), { 'plan/pages/draft/1': 'proved', 'plan/pages/loud/1': 'proved' });
    const draft = {
      'PROJECTS/pages/outputs/draft.md': snapshot.hash('PROJECTS/pages/outputs/draft.md'),
    };
    t.match(verdicts, [
      { outcome: 'proved', outputs: draft, consumed: {} },
      { outcome: 'proved', consumed: draft },
    ]);
    t.match(trail(place, second.data.runId), [
      /^T0 /,
      /^T1 dispatch plan\/pages\/loud\/1 ok/,
      /^T2 load pages ok/,
      /^T2\.5 command plan\/pages\/loud\/1 ok/,
      /^T2\.7 /,
      /^T3 /,
      /^T4 sandbox/,
      /^T4 brief plan\/pages\/loud\/1/,
      /^T4 agent plan\/pages\/loud\/1 ok/,
      /^T5 write PROJECTS\/pages\/outputs\/loud\.md/,
      /^T5 criterion/,
      /^T5 criterion/,
      /^T5 validate plan\/pages\/loud\/1 ok/,
      /^T6 unit_record plan\/pages\/loud\/1 ok/,
    ]);
    const run = snapshot.record('RUN', second.data.runId);
    t.match(fieldText(run, 'outcome'), /^plan\/pages\/loud\/1: /);
    t.equal(fieldText(run, 'project'), 'pages');
    t.equal(fieldText(snapshot.record('PROJECT', 'pages'), 'phase.status'), 'active');
    t.not(
      fieldText(snapshot.record('DISPATCH', 'pages'), 'last_worker_pass'),
      '',
      'it had its turn',
    );
    const third = await worker(env, { role: 'worker', onlyUnits: true });
    t.match(third, { exit: 0, outcome: 'nothing to do' });
  },
);

const one = (id: string, code: string, more: Partial<Step> = {}): Step => ({
  id: `plan/pages/${id}/1`,
  command: [
    'node',
    '-e',
    `const fs = require('fs'); fs.mkdirSync('outputs', { recursive: true }); ${code}`,
  ],
  writes: [`outputs/${id}.md`],
  ...more,
});

t.test('what a unit did comes home as a whole, or not at all', { skip }, async (t) => {
  const steps = [
    one('fails', "fs.writeFileSync('outputs/fails.md', '# Half\\n'); process.exit(3)"),
    one(
      'strays',
      "fs.writeFileSync('outputs/strays.md', '# Good\\n'); fs.writeFileSync('outputs/other.md', '# Bad\\n')",
    ),
    one('empty', '', { produces: ['outputs/empty.md'] }),
    one('wrong', "fs.writeFileSync('outputs/wrong.md', '# No\\n')", {
      criteria: [
        {
          command: {
            run: "node -e \"process.exit(require('fs').readFileSync('outputs/wrong.md', 'utf8') === '# Yes\\n' ? 0 : 1)\"",
          },
        },
      ],
    }),
    one('right', "fs.writeFileSync('outputs/right.md', '# Yes\\n')", {
      criteria: [
        {
          command: {
            run: "node -e \"process.exit(require('fs').readFileSync('outputs/right.md', 'utf8') === '# Yes\\n' ? 0 : 1)\"",
          },
        },
      ],
    }),
  ];
  const verdicts: UnitVerdict[] = [];
  const place = placeWithSteps(t.testdir(), AGENT);
  const env = environment(place, { modules: [stepsModule(steps, verdicts)] });
  const exits: number[] = [];
  for (const _ of steps) exits.push((await worker(env, { role: 'worker' })).exit);
  t.same(exits, [1, 1, 1, 1, 0]);
  t.match(verdicts, [
    { outcome: 'broken', cause: 'agent', outputs: {} },
    {
      outcome: 'unproved',
      cause: 'scope',
      why: /PROJECTS\/pages\/outputs\/other\.md/,
      outputs: {},
    },
    { outcome: 'unproved', cause: 'criteria', why: /file_exists/ },
    { outcome: 'unproved', cause: 'criteria' },
    { outcome: 'proved' },
  ]);
  const left = ['fails', 'strays', 'other', 'wrong'].filter((name) =>
    exists(place, `outputs/${name}.md`),
  );
  t.same(left, [], 'nothing of the others is in the workspace');
  t.equal(exists(place, 'outputs/right.md'), '# Yes\n', 'its check saw what it wrote');
  const row = place.workspace.snapshot().record('DISPATCH', 'pages');
  t.equal(fieldText(row, 'escalation'), '', 'the project goes on');
});

t.test(
  'a unit that was lost with its process begins again in a fresh copy',
  { skip },
  async (t) => {
    const appends = "fs.appendFileSync('outputs/log.md', 'line\\n');";
    const steps = [one('log', appends, { produces: ['outputs/log.md'] })];
    const place = placeWithSteps(t.testdir(), AGENT);
    const dying = stepsModule(steps);
    const env = environment(place, {
      modules: [
        {
          ...dying,
          settled: () => {
            throw new NocturneError('INTERNAL', 'the machine stops');
          },
        },
      ],
    });
    const lost = await worker(env, { role: 'worker' });
    t.match(lost.outcome, /failed at T6/);
    t.equal(exists(place, 'outputs/log.md'), undefined, 'without a verdict nothing comes home');
    t.match(statesOf(place.workspace.snapshot()), { 'plan/pages/log/1': /^running RUN-/ });
  },
);

t.test(
  'units of one project run at once where they write different files, and LOCK.md names them',
  { skip },
  async (t) => {
    const waits = (id: string, glob: string): Step =>
      one(
        id,
        `while (!fs.existsSync(process.env.NOCTURNE_WORKSPACE + '/memory/go.md'))
           Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
         fs.writeFileSync('outputs/${id}.md', '# ${id}\\n')`,
        { writes: [glob], produces: [`outputs/${id}.md`] },
      );
    const steps = [
      waits('a', 'outputs/a.md'),
      waits('all', 'outputs/**'),
      waits('b', 'outputs/b.md'),
    ];
    const place = placeWithSteps(t.testdir(), AGENT);
    const { root, workspace } = place;
    const env = environment(place, { modules: [stepsModule(steps)], wait: pause });
    const seen = (): readonly string[] =>
      workspace
        .snapshot()
        .records('CLAIM')
        .map((row) => fieldText(row, 'project'));
    const driven = drive(env, { project: 'pages', lanes: 3, most: 9, pause: () => undefined });
    const shown = ['plan/pages/a/1', 'plan/pages/b/1'];
    await until(() => seen().length === 2);
    t.same([...seen()].sort(), shown, 'the third may write the same files, and waits');
    const found = await validateSnapshot(workspace.snapshot(), { modules: [] });
    t.same(
      found.filter(({ rule, severity }) => rule === 'lock-state' && severity === 'error'),
      [],
    );
    t.match(livePasses(root, workspace.clock), [{ project: 'pages' }, { project: 'pages' }]);
    writeFileSync(join(root, 'memory/go.md'), '# Go\n');
    const reports = await driven;
    t.same(
      reports.map(({ exit }) => exit),
      [0, 0, 0],
    );
    t.same(Object.values(statesOf(workspace.snapshot())), ['proved', 'proved', 'proved']);
  },
);

t.test('what ends while another pass writes is settled in one commit', { skip }, async (t) => {
  const steps = ['a', 'b', 'c'].map((id) =>
    one(
      id,
      `while (!fs.existsSync(process.env.NOCTURNE_WORKSPACE + '/memory/go.md'))
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
       fs.writeFileSync('outputs/${id}.md', '# ${id}\\n')`,
      { produces: [`outputs/${id}.md`] },
    ),
  );
  const place = placeWithSteps(t.testdir(), AGENT);
  const { root, workspace } = place;
  const settled: number[] = [];
  const counted: Workspace = {
    ...workspace,
    commit(changes, options) {
      let verdicts = 0;
      const parts = Array.isArray(changes) ? changes : [changes];
      const done = workspace.commit(
        parts.map(
          (part: CommitPart): CommitPart =>
            (view) => {
              const changeSet = typeof part === 'function' ? part(view) : part;
              verdicts += (changeSet.audit ?? []).filter(
                ({ type }) => type === 'unit_record',
              ).length;
              return changeSet;
            },
        ),
        options,
      );
      if (verdicts > 0) settled.push(verdicts);
      return done;
    },
  };
  const env = environment(
    { ...place, workspace: counted },
    {
      modules: [stepsModule(steps)],
      wait: pause,
    },
  );
  const driven = drive(env, { project: 'pages', lanes: 3, most: 9, pause: () => undefined });
  const isAtWork = (): boolean =>
    livePasses(root, workspace.clock).filter(({ working }) => working === true).length === 3;
  await until(isAtWork);
  const { claim } = claimPass(root, workspace.state, {
    runId: 'RUN-20261121-900',
    role: 'manager',
    ttlMs: 600_000,
    clock: workspace.clock,
  });
  writeFileSync(join(root, 'memory/go.md'), '# Go\n');
  await until(() => passesAtWork(workspace.state).filter((pass) => 'outcome' in pass).length === 3);
  await pause(300);
  t.same(settled, []);
  releaseClaim(root, workspace.state, { fence: claim.fence });
  const reports = await driven;
  t.same(settled, [3], 'three verdicts in one commit');
  t.same(
    reports.map(({ exit }) => exit),
    [0, 0, 0],
  );
  t.same(Object.values(statesOf(workspace.snapshot())), ['proved', 'proved', 'proved']);
  t.same(livePasses(root, workspace.clock), []);
});
