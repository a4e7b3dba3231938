/** Automations that JOBS.md names, as the host reports their runs to the plugin. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { execa } from 'execa';
import t, { type Test } from 'tap';
import { automationRuns } from '../../../src/modules/jobs/automation-runs.js';
import { type JobRun, jobRuns } from '../../../src/modules/jobs/job-log.js';
import { JOBS, type JobText, jobsPage } from '../../modules/jobs/job-place.js';
import { type Place, placeWithProject } from '../../passes/pass-workspace.js';
import { type Host, pluginHost, turnOf } from './plugin-host.js';

t.setTimeout(240_000);

const OUTPUT = 'PROJECTS/pages/outputs/report.md';
const NEW = 'Twelve orders came in, and two were sent back.\n';

type Fixture = {
  readonly place: Place;
  readonly host: Host;
  /** Newest first. */
  runs(): readonly JobRun[];
  writes(text?: string): void;
};

function fixture(t: Test, more: Partial<JobText>): Fixture {
  const report = {
    name: 'report',
    fields: { Host: 'openclaw', 'Host id': 'nightly', ...more.fields },
    lists: { fresh: `- ${OUTPUT}`, ...more.lists },
  };
  const other = {
    ...report,
    name: 'other',
    fields: { ...report.fields, 'Host id': 'id-of-other' },
  };
  const place = placeWithProject(t.testdir(), '', { files: { [JOBS]: jobsPage([report, other]) } });
  mkdirSync(dirname(join(place.root, OUTPUT)), { recursive: true });
  const host = pluginHost(place);
  return {
    place,
    host,
    runs: () => [...jobRuns(place.workspace.snapshot())],
    writes: (text = NEW) => writeFileSync(join(place.root, OUTPUT), text),
  };
}

/** The guard is gone before its workspace is. */
function check(
  name: string,
  more: Partial<JobText>,
  body: (t: Test, at: Fixture) => Promise<void>,
): void {
  void t.test(name, async (t) => {
    const at = fixture(t, more);
    await body(t, at).finally(() => at.host.fire('gateway_stop', {}));
  });
}

type Job = { readonly id: string; readonly name: string };
const NIGHTLY: Job = { id: 'id-1', name: 'nightly' };

function contextOf({ id }: Job) {
  return { runId: `turn-of-${id}`, sessionKey: `agent:main:cron:${id}:run:1`, trigger: 'cron' };
}

async function begins({ host }: Fixture, job: Job = NIGHTLY): Promise<string | undefined> {
  const { id, name } = job;
  await host.fire('cron_changed', { action: 'started', jobId: id, job: { id, name } });
  const context = contextOf(job);
  const prompt = `[cron:${id} ${name}] Work.`;
  await host.fire('before_agent_reply', { cleanedBody: prompt }, { ...context, jobId: id });
  return (await host.fire('before_agent_run', { prompt }, context))?.message;
}

async function ends(
  { host }: Fixture,
  job: Job = NIGHTLY,
  more: {
    readonly status?: 'ok' | 'error';
    readonly error?: string;
    readonly kind?: string;
    readonly runAtMs?: number;
  } = {},
): Promise<void> {
  const { kind = 'agentTurn', ...event } = more;
  await host.fire('cron_changed', {
    action: 'finished',
    jobId: job.id,
    job: { ...job, payload: { kind } },
    sessionKey: contextOf(job).sessionKey,
    status: 'ok',
    summary: 'The report is written.',
    runAtMs: Date.now() - 1000,
    ...event,
  });
}

check('a run is proved by what it wrote, not by what it says', {}, async (t, at) => {
  t.equal(await begins(at), undefined);
  at.writes();
  await ends(at);
  t.match(at.runs(), [{ job: 'report', verdict: 'proved', by: 'openclaw id-1', exit: undefined }]);
  await begins(at);
  at.writes();
  await ends(at);
  t.match(at.runs()[0], { verdict: 'unproved', reasons: [/^fresh: /] }, 'the same bytes again');
  await begins(at);
  await ends(at, NIGHTLY, { status: 'error', error: 'the model is gone' });
  t.match(at.runs()[0], { verdict: 'failed', reasons: ['end: the model is gone', /^fresh: /] });
});

check('two at once, of which one did nothing', {}, async (t, at) => {
  const other = { id: 'id-of-other', name: 'whatever' };
  await Promise.all([begins(at), begins(at, other)]);
  await ends(at);
  at.writes();
  await ends(at, other);
  const verdicts = new Map(at.runs().map(({ job, verdict }) => [job, verdict]));
  t.equal(verdicts.get('report'), 'unproved');
  t.equal(verdicts.get('other'), 'proved');
});

check('an automation that no job names is left alone', {}, async (t, at) => {
  t.equal(await begins(at, { id: 'id-2', name: 'unknown' }), undefined);
  t.equal(
    await at.host.fire('before_agent_finalize', {}, contextOf({ id: 'id-2', name: '' })),
    undefined,
  );
  await ends(at, { id: 'id-2', name: 'unknown' });
  t.same(at.runs(), []);
});

check('a renamed automation is still known by its last run', {}, async (t, at) => {
  await begins(at);
  at.writes();
  await ends(at);
  await begins(at, { ...NIGHTLY, name: 'every night' });
  await ends(at, { ...NIGHTLY, name: 'every night' });
  t.match(at.runs()[0], { job: 'report', verdict: 'unproved' });
});

check(
  'an agent that changed nothing is asked again, then its run is an error',
  { fields: { 'On failure': 'retry 1' } },
  async (t, at) => {
    await begins(at);
    const finalize = () =>
      at.host.fire('before_agent_finalize', { lastAssistantMessage: 'Done.' }, contextOf(NIGHTLY));
    const again = { action: 'revise', reason: /report is unproved\n.*report\.md/ };
    t.match(await finalize(), again);
    t.equal(await at.host.fire('before_agent_run', {}, contextOf(NIGHTLY)), undefined, 'once more');
    t.match(await finalize(), again);
    t.match(await at.host.fire('before_agent_run', {}, contextOf(NIGHTLY)), {
      outcome: 'block',
      message: /report is unproved/,
    });
    await ends(at, NIGHTLY, { status: 'error', error: 'report is unproved' });
    t.match(at.runs(), [{ verdict: 'unproved', attempts: 2 }], 'it said itself that it was done');
  },
);

check(
  'what must hold before is looked at before the model is asked',
  { lists: { requires: '- file_exists: .mounted' } },
  async (t, at) => {
    t.match(await begins(at), /report is blocked\n.*\.mounted/);
    await ends(at, NIGHTLY, { status: 'error', error: 'blocked' });
    t.match(at.runs(), [{ verdict: 'blocked' }]);
  },
);

check(
  'what its tools print counts as its output',
  { lists: { forbids: '- "^error"' } },
  async (t, at) => {
    await begins(at);
    at.writes();
    const result = { content: [{ text: 'ERROR: no disk\n' }] };
    await at.host.fire('after_tool_call', { toolName: 'exec', result }, contextOf(NIGHTLY));
    await ends(at);
    t.match(at.runs(), [
      {
        verdict: 'unproved',
        reasons: [/^output: /],
        output: 'ERROR: no disk\n\nThe report is written.\n',
      },
    ]);
  },
);

check('a page that is not signed proves nothing', {}, async (t, at) => {
  await begins(at);
  at.writes();
  appendFileSync(join(at.place.root, JOBS), '\n');
  await ends(at);
  t.match(at.runs()[0], { verdict: 'unproved', reasons: [/^page: /] }, 'changed during the run');
  await begins(at);
  at.writes('Other.\n');
  await ends(at);
  t.match(at.runs()[0], { verdict: 'unproved', reasons: [/^page: /] }, 'before it');
});

check('a job that is taken off the page during its run is not forgotten', {}, async (t, at) => {
  await begins(at);
  at.writes();
  writeFileSync(join(at.place.root, JOBS), jobsPage([]));
  await ends(at);
  t.match(at.runs(), [
    { job: 'report', verdict: 'unknown', told: true, reasons: [/no job "report"/] },
  ]);
});

check('a run whose start nobody saw is unknown, whatever it wrote', {}, async (t, at) => {
  at.writes();
  await ends(at);
  t.match(at.runs(), [
    { verdict: 'unknown', told: true, reasons: [/the plugin did not see it start/] },
  ]);
  await ends(at, NIGHTLY, { kind: 'command', runAtMs: Date.now() });
  t.match(at.runs()[0], { verdict: 'unknown', reasons: [/put "nocturne job run" in front/] });
});

check('a run whose gateway is killed is closed as unknown at the next look', {}, async (t, at) => {
  const gateway = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const automation = { by: 'openclaw', ...NIGHTLY };
  const context = { workspace: at.place.workspace, env: {}, packageRoot: '' };
  await automationRuns(context).begin(automation, gateway.pid ?? 0);
  at.writes();
  await at.host.fire('gateway_start', {});
  t.match(at.runs(), [{ verdict: 'running' }], 'the other gateway lives');
  gateway.kill('SIGKILL');
  await once(gateway, 'exit');
  await at.host.fire('gateway_start', {});
  t.match(at.runs(), [{ verdict: 'unknown', reasons: [/^lost: /] }]);
});

check(
  'our own job is judged when its pass is over',
  { fields: { 'Host id': 'id-w' } },
  async (t, at) => {
    const turn = turnOf(at.place, { role: 'worker', id: 'id-w' });
    await at.host.fire('cron_changed', turn.started);
    await at.host.fire('before_agent_reply', { cleanedBody: turn.prompt }, turn.context);
    const { jobId: _, ...context } = turn.context;
    t.equal(await at.host.fire('before_agent_run', { prompt: turn.prompt }, context), undefined);
    at.writes();
    t.equal(await at.host.fire('before_agent_finalize', {}, context), undefined, 'it has a report');
    const finished = at.host.fire('cron_changed', {
      ...turn.started,
      action: 'finished',
      sessionKey: turn.context.sessionKey ?? '',
      status: 'ok',
    });
    await at.host.fire('agent_end', { success: true, messages: [] }, context);
    await at.host.fire('llm_output', { assistantTexts: ['Done.'], usage: { input: 1 } }, context);
    await finished;
    t.match(await at.host.status(), { runs: [], guard: { passes: [] } }, 'the pass is over');
    t.match(at.runs(), [{ job: 'report', verdict: 'proved' }]);
  },
);

check(
  'a run that did nothing starts a pass of the project that the page names',
  { fields: { 'On failure': 'run pages' } },
  async (t, { place: { root, workspace } }) => {
    const [packageRoot, pipe] = [join(root, '../package'), join(root, '../started')];
    mkdirSync(join(packageRoot, 'bin'), { recursive: true });
    await execa('mkfifo', [pipe]);
    writeFileSync(
      join(packageRoot, 'bin/nocturne.cjs'),
      'require("fs").writeFileSync(process.env.PIPE, process.argv.slice(2).join(" "))',
    );
    const runs = automationRuns({ workspace, packageRoot, env: { PIPE: pipe } });
    const begun = await runs.begin({ by: 'openclaw', ...NIGHTLY }, process.pid);
    await runs.end(begun?.run ?? '', { status: 'ok', why: '' });
    t.equal(await readFile(pipe, 'utf8'), `run worker --project pages --workspace ${root}`);
  },
);
