import t from 'tap';
import { module } from '../../../src/modules/completion/module.js';
import type { SpawnLedger } from '../../../src/passes/spawn-ledger.js';
import { storePass } from '../../../src/passes/pass-file.js';
import type { Briefed } from '../../../src/passes/types.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { placeWithProject, REPORT, WRITES_PAGE } from '../../passes/pass-workspace.js';
import { runCases } from '../../surfaces/cli/cases.js';
import { callForText, type CliPlace } from '../../surfaces/cli/run-cli.js';

type TaskPlace = CliPlace & { readonly day: string };
const RUN = 'RUN-20261121-001';
const TOKEN = 'token-of-the-pass';

/**
 * Three tasks of ten hours ago: 001 silent and 002 failed, both for `pages`, 003 for nobody. A pass
 * of `pages` is under way.
 */
function make(directory: string): TaskPlace {
  const { root, home } = placeWithProject(directory, WRITES_PAGE + REPORT);
  const then = new Date(Date.now() - 10 * 3_600_000);
  const early = openWorkspace(root, { home, clock: { now: () => then } });
  const pass = (runId: string): void =>
    storePass(
      early.state,
      {
        runId,
        project: 'pages',
        token: TOKEN,
        request: { role: 'worker' },
        capability: 'project',
        writes: [],
        tools: [],
        fence: 1,
        brief: {},
      } as unknown as Briefed,
      { waiting: true },
    );
  pass(RUN);
  const ledger = module.spawnLedger?.(early) as SpawnLedger;
  for (const [n, runId] of [
    [1, RUN],
    [2, RUN],
    [3, ''],
  ] as const) {
    ledger.register({
      callId: `call-${n}`,
      host: 'openclaw',
      requester: 'agent:main',
      task: `Part ${n}.`,
      target: '',
      runId,
    });
    ledger.linked({ callId: `call-${n}`, childSession: `child-${n}` });
  }
  ledger.ended({ childSession: 'child-2', outcome: 'failed', detail: 'it crashed' });
  pass('RUN-20261121-002');
  return { root, home, day: then.toISOString().slice(0, 10).replaceAll('-', '') };
}
const id =
  (n: number) =>
  (place: TaskPlace): string =>
    `TASK-${place.day}-00${n}`;
const inPass = { NOCTURNE_PASS_TOKEN: TOKEN };

t.test('tasks on the command line', async (t) => {
  await runCases<TaskPlace>(t, make, [
    {
      that: 'all tasks are listed',
      words: ['tasks', 'list'],
      exit: 0,
      json: {
        tasks: [
          { state: 'running', project: 'pages' },
          {
            state: 'failed',
            detail: /it crashed/,
            close_out: { next_step: /tasks replay/, owner: 'requester' },
          },
          { state: 'running', project: '' },
        ],
      },
    },
    {
      that: 'or those in one state',
      words: ['tasks', 'list', '--state', 'failed'],
      exit: 0,
      json: { tasks: [{ call: 'call-2' }] },
    },
    { that: 'a state that there is not', words: ['tasks', 'list', '--state', 'lost'], exit: 2 },
    {
      that: 'what is not over is not acknowledged',
      words: (place) => ['tasks', 'ack', id(1)(place)],
      exit: 5,
      json: { error: { code: 'REFUSED', message: /is running/ } },
    },
    { that: 'nor replayed', words: (place) => ['tasks', 'replay', id(1)(place)], exit: 5 },
    {
      that: 'the sweep reaps what was silent for ten hours',
      words: ['tasks', 'sweep'],
      exit: 0,
      json: {
        swept: [
          { event: 'timed-out' },
          { event: 'timed-out' },
          { event: 'surfaced' },
          { event: 'surfaced' },
          { event: 'surfaced' },
        ],
      },
    },
    { that: 'once', words: ['tasks', 'sweep'], exit: 0, json: { swept: [] } },
    {
      that: 'one task with its events',
      words: (place) => ['tasks', 'show', id(1)(place)],
      exit: 0,
      json: {
        task: { state: 'timed-out', detail: /600 min/ },
        events: [
          { event: 'registered' },
          { event: 'linked' },
          { event: 'timed-out' },
          { event: 'surfaced' },
        ],
      },
    },
    {
      that: 'a pass does not touch the task of another requester',
      words: (place) => ['tasks', 'replay', id(3)(place)],
      env: inPass,
      exit: 5,
      json: { error: { code: 'REFUSED', message: /not this pass/ } },
    },
    {
      that: 'nor acknowledge it',
      words: (place) => ['tasks', 'ack', id(3)(place)],
      env: inPass,
      exit: 5,
    },
    {
      that: 'a pass of the project gives its dead letter again',
      words: (place) => ['tasks', 'replay', id(1)(place)],
      env: inPass,
      exit: 0,
      json: { task: /^TASK-\d{8}-\d{3}$/ },
    },
    {
      that: 'only once',
      words: (place) => ['tasks', 'replay', id(1)(place)],
      env: inPass,
      exit: 5,
      json: { error: { message: /already replayed/ } },
    },
    {
      that: 'neither does the owner',
      words: (place) => ['tasks', 'replay', id(1)(place)],
      exit: 5,
    },
    {
      that: 'it is acknowledged by its requester',
      words: (place) => ['tasks', 'ack', id(2)(place), '--note', 'not needed any more'],
      env: inPass,
      exit: 0,
      json: { again: false },
    },
    {
      that: 'a second time says so',
      words: (place) => ['tasks', 'ack', id(2)(place)],
      exit: 0,
      json: { again: true },
    },
    {
      that: 'the receipt is on record',
      words: ['query', "SELECT event, detail FROM task_event WHERE event = 'acked'"],
      exit: 0,
      json: { rows: [{ event: 'acked', detail: 'not needed any more' }] },
    },
    {
      that: 'there is no such task',
      words: ['tasks', 'show', 'TASK-20010101-001'],
      exit: 2,
      json: { error: { code: 'NOT_FOUND' } },
    },
    { that: 'all logs hold', words: ['audit', 'verify'], exit: 0, json: { ok: true } },
    {
      that: 'modules are listed',
      words: ['modules', 'list'],
      exit: 0,
      json: {
        modules: [
          {},
          {},
          { module: 'channels', enabled: true, installed: true },
          { module: 'completion', enabled: true, installed: true },
          {},
          { module: 'jobs', enabled: true },
          { module: 'knowledge', enabled: true },
          { module: 'mesh', enabled: true },
          { module: 'meter', enabled: true },
          { module: 'plans', enabled: true },
          { module: 'rules', enabled: true },
        ],
      },
    },
    {
      that: 'and told what changed',
      words: ['modules', 'run', 'completion'],
      exit: 0,
      json: { runs: [{ module: 'completion', installed: true }], looping: [] },
    },
    {
      that: 'one that is not enabled is not',
      words: ['modules', 'run', 'improve'],
      exit: 2,
      json: { error: { code: 'NOT_FOUND' } },
    },
    { that: 'nor may a pass tell them', words: ['modules', 'run'], env: inPass, exit: 5 },
  ]);
});

t.test('a person reads the list', async (t) => {
  const place = make(t.testdir());
  const { text } = await callForText(place, ['tasks', 'list']);
  t.match(text, new RegExp(`^${id(2)(place)}  failed +pages +Part 2\\.$`, 'm'));
  t.match(
    (await callForText(place, ['tasks', 'show', id(2)(place)])).text,
    /Reason: .*it crashed\nNext: nocturne tasks replay/,
  );
});
