/**
 * The jobs in OpenClaw: what is made, what is left alone, what is refused. The host is a stand-in;
 * the real one is in test/openclaw.
 */
import { basename, join } from 'node:path';
import t, { type Test } from 'tap';
import { makeWorkspace } from '../../support/make-workspace.js';
import { callCommand, callProcess, type CliOutcome } from '../../surfaces/cli/run-cli.js';
import { type HostState, type StandIn, standInOpenclaw } from './stand-in-openclaw.js';

t.setTimeout(240_000);

type Place = {
  readonly root: string;
  readonly home: string;
  readonly host: StandIn;
  readonly id: string;
  call(words: readonly string[]): Promise<CliOutcome>;
};

function place(t: Test, change: (root: string) => Partial<HostState> = () => ({})): Place {
  const directory = t.testdir();
  const { root, home, workspace } = makeWorkspace(directory);
  const host = standInOpenclaw(directory, [
    { id: 'other', workspace: '/elsewhere', isDefault: true },
    { id: 'night', workspace: root },
  ]);
  host.change(change(root));
  return {
    root,
    home,
    host,
    id: basename(workspace.state).slice(0, 8),
    call: (words) =>
      callCommand({ root, home }, [...words, '--openclaw', host.program], {
        env: { HOME: directory, PATH: process.env['PATH'] ?? '' },
      }),
  };
}

const INSTALL = ['cron', 'install', '--no-plugin'];
const theirs = (name: string): Record<string, unknown> => ({
  id: `id-${name}`,
  name,
  enabled: true,
  schedule: { kind: 'cron', expr: '0 8 * * *', tz: 'UTC' },
  sessionTarget: 'main',
  payload: { kind: 'agentTurn', message: 'Good morning.' },
});
const changes = (host: StandIn): readonly string[] =>
  host
    .calls()
    .map((args) => args.slice(0, 2).join(' '))
    .filter((command) => /add|rm|set|install/.test(command));

t.test(
  'two jobs are made, with the workspace in their names, for the agent whose workspace this is',
  async (t) => {
    const at = place(t, () => ({ jobs: [theirs('weather')] }));
    const { exit, json, text } = await at.call([
      ...INSTALL,
      '--tz',
      'Europe/Lisbon',
      '--model',
      'local/large',
    ]);
    t.equal(exit, 0, text);
    t.match(json, {
      jobs: [
        {
          role: 'worker',
          what: 'created',
          name: `nocturne-worker-${at.id}`,
          agent: 'night',
          model: 'local/large',
          session: 'isolated',
          timeoutSeconds: (45 + 15) * 60,
          next: '2026-11-22T03:00:00Z',
        },
        {
          role: 'manager',
          what: 'created',
          name: `nocturne-manager-${at.id}`,
          schedule: { expr: '30 5 * * *', tz: 'Europe/Lisbon' },
        },
      ],
      plugin: null,
    });
    t.match(
      at.host.state().jobs.find((job) => job['name'] === 'weather'),
      theirs('weather'),
      'a job of somebody else is as it was',
    );
    t.match(at.host.state().jobs.at(-1), {
      payload: { message: /^Read orchestration-os\/CRON-MANAGER-PROMPT\.md/, lightContext: true },
      delivery: { mode: 'none' },
    });
  },
);

t.test('installed twice there are two jobs, and nothing was done the second time', async (t) => {
  const at = place(t);
  await at.call(INSTALL);
  const ids = at.host.state().jobs.map((job) => job['id']);
  const before = changes(at.host).length;
  const again = await at.call(INSTALL);
  t.match(again.json, { jobs: [{ what: 'unchanged' }, { what: 'unchanged' }], commands: [] });
  t.same(
    at.host.state().jobs.map((job) => job['id']),
    ids,
  );
  t.equal(changes(at.host).length, before);
});

for (const lacks of [[], ['--declaration-key']]) {
  t.test(
    `another rhythm changes the job, ${lacks.length === 0 ? 'which keeps its id' : 'which is made anew where jobs cannot be declared'}`,
    async (t) => {
      const at = place(t, () => ({ lacks, jobs: [theirs('weather')] }));
      const first = await at.call(INSTALL);
      const { exit, json } = await at.call([...INSTALL, '--every', '90m']);
      t.equal(exit, 0);
      t.match(json, {
        jobs: [
          {
            what: 'updated',
            differed: ['schedule'],
            schedule: { kind: 'every', everyMs: 5_400_000 },
          },
          { what: 'unchanged' },
        ],
      });
      const idOf = (outcome: CliOutcome): unknown =>
        (outcome.json['jobs'] as { id: string }[])[0]?.id;
      t.equal(idOf(first) === idOf({ ...first, json }), lacks.length === 0);
      t.same(
        at.host
          .state()
          .jobs.map((job) => job['name'])
          .sort(),
        [`nocturne-manager-${at.id}`, `nocturne-worker-${at.id}`, 'weather'].sort(),
      );
    },
  );
}

t.test('what this version lacks', async (t) => {
  const old = place(t, () => ({ lacks: ['--light-context', '--timeout-seconds'] }));
  const { exit, json } = await old.call(INSTALL);
  t.equal(exit, 0, 'optional ones are left out');
  t.match(json['warnings'], [/--light-context/, /--timeout-seconds/, /without the plugin/]);
  t.notOk(
    old.host
      .calls()
      .some((args) => args.includes('--light-context') || args.includes('--timeout-seconds')),
  );
  for (const lacks of ['--message', '--tz']) {
    const older = place(t, () => ({ lacks: [lacks] }));
    t.match(
      await older.call(INSTALL),
      { exit: 2, json: { error: { code: 'CONFIG', message: new RegExp(`has no ${lacks}`) } } },
      `${lacks} is essential`,
    );
    t.same(changes(older.host), []);
  }
});

t.test('refused, and nothing is changed', async (t) => {
  const cases: readonly {
    readonly that: string;
    readonly words?: readonly string[];
    readonly host?: (root: string) => Partial<HostState>;
    readonly code: string;
    readonly says: RegExp;
    readonly exit: number;
  }[] = [
    {
      that: 'no agent works in this workspace',
      host: () => ({ agents: [{ id: 'other', workspace: '/elsewhere', isDefault: true }] }),
      code: 'CONFIG',
      says: /works in \/elsewhere/,
      exit: 2,
    },
    {
      that: 'the agent that was named works elsewhere',
      words: ['--agent', 'other'],
      code: 'CONFIG',
      says: /the agent other works in \/elsewhere/,
      exit: 2,
    },
    {
      that: 'an agent that is not there',
      words: ['--agent', 'nobody'],
      code: 'NOT_FOUND',
      says: /no agent nobody/,
      exit: 2,
    },
    {
      that: 'a schedule that is none',
      words: ['--worker', 'at night'],
      code: 'USAGE',
      says: /not a schedule/,
      exit: 2,
    },
    {
      that: 'a distance that is none',
      words: ['--every', 'often'],
      code: 'USAGE',
      says: /not a distance/,
      exit: 2,
    },
    {
      that: 'a zone that is none',
      words: ['--tz', 'Mars/Base'],
      code: 'USAGE',
      says: /not a time zone/,
      exit: 2,
    },
    {
      that: "a session that is the owner's",
      words: ['--session', 'main'],
      code: 'USAGE',
      says: /session:NAME/,
      exit: 2,
    },
    {
      that: 'the gateway is down',
      host: () => ({ faults: ['gateway is down'] }),
      code: 'RUN_FAILED',
      says: /not reachable/,
      exit: 1,
    },
  ];
  for (const { that, words = [], host, code, says, exit } of cases) {
    const at = place(t, host);
    t.match(
      await at.call([...INSTALL, ...words]),
      { exit, json: { error: { code, message: says } } },
      that,
    );
    t.same(at.host.state().jobs, [], `${that}: no job`);
  }
  const at = place(t);
  t.match(
    await callCommand(at, [...INSTALL, '--openclaw', join(at.root, 'none')]),
    { exit: 2, json: { error: { code: 'MISSING_PART' } } },
    'a program that is not there',
  );
  t.match(
    await callProcess(at, [...INSTALL, '--openclaw', at.host.program], {
      env: { NOCTURNE_RUN: 'RUN' },
    }),
    { exit: 5, json: { error: { code: 'REFUSED' } } },
    'inside a pass',
  );
});

t.test('what the host does not show is not reported as done', async (t) => {
  const at = place(t, () => ({ faults: ['add ignores model'] }));
  t.match(await at.call([...INSTALL, '--model', 'local/large']), {
    exit: 1,
    json: { error: { code: 'RUN_FAILED', message: /another model/ } },
  });
  const stuck = place(t);
  await stuck.call(INSTALL);
  stuck.host.change({ faults: ['rm does nothing'] });
  t.match(await stuck.call(['cron', 'remove']), {
    exit: 1,
    json: { error: { code: 'RUN_FAILED', message: /still shows/ } },
  });
});

t.test('only ours are listed and removed', async (t) => {
  const at = place(t, () => ({ jobs: [theirs('weather'), theirs('nocturne-worker-00000000')] }));
  t.match(await at.call(['cron', 'list']), { exit: 0, json: { jobs: [] } });
  await at.call(INSTALL);
  t.match(await at.call(['cron', 'list']), {
    json: { jobs: [{ role: 'worker', changed: null, last: { at: null } }, { role: 'manager' }] },
  });
  const { jobs } = at.host.state();
  at.host.change({
    jobs: jobs.map((job) => ({
      ...job,
      state: { lastRunAtMs: Date.UTC(2026, 10, 21, 2), lastRunStatus: 'ok' },
    })),
  });
  t.match((await at.call(['cron', 'list'])).text, /last {2}2026-11-21T02:00:00Z ok/);
  t.match(await at.call(['cron', 'remove', '--dry-run']), {
    json: { removed: [], jobs: [{}, {}] },
  });
  t.equal(at.host.state().jobs.length, 4);
  t.match(await at.call(['cron', 'remove']), {
    exit: 0,
    json: { removed: [{ role: 'worker' }, { role: 'manager' }] },
  });
  t.same(
    at.host.state().jobs.map((job) => job['name']),
    ['weather', 'nocturne-worker-00000000'],
  );
  t.match(
    await at.call(['cron', 'remove']),
    { exit: 0, json: { removed: [] } },
    'again: nothing to do',
  );
});

t.test('a job of ours that was made into something else is touched only when forced', async (t) => {
  for (const payload of [
    { kind: 'agentTurn', message: 'Send the photos.' },
    { kind: 'command', argv: ['backup'] },
  ]) {
    const at = place(t);
    await at.call(INSTALL);
    at.host.change({
      jobs: at.host.state().jobs.map((job, i) => (i === 0 ? { ...job, payload } : job)),
    });
    const { jobs } = at.host.state();
    for (const words of [INSTALL, ['cron', 'remove']])
      t.match(
        await at.call(words),
        { exit: 5, json: { error: { code: 'REFUSED', message: /was changed since it was made/ } } },
        words[1] ?? '',
      );
    t.same(at.host.state().jobs, jobs, 'as it was');
    t.match((await at.call(['cron', 'list'])).text, /changed since it was made/);
    t.match(await at.call(['cron', 'remove', '--force']), { exit: 0 });
    t.same(at.host.state().jobs, []);
  }
  const declared = place(t);
  declared.host.change({
    jobs: [{ ...theirs('weather'), declarationKey: `nocturne-worker-${declared.id}` }],
  });
  t.match(
    await declared.call(INSTALL),
    { exit: 2, json: { error: { code: 'EXISTS' } } },
    'a job of somebody else under our key',
  );
});

t.test('a dry run prints the commands and starts none of them', async (t) => {
  const at = place(t);
  const { exit, json } = await at.call([...INSTALL, '--dry-run']);
  t.equal(exit, 0);
  t.match(json, {
    dryRun: true,
    jobs: [],
    commands: [
      [at.host.program, 'cron', 'add', '--name', `nocturne-worker-${at.id}`],
      [at.host.program, 'cron', 'add'],
    ],
  });
  t.same(changes(at.host), []);
});
