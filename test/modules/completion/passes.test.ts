import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../../src/integrity/gate.js';
import { module } from '../../../src/modules/completion/module.js';
import { readTasks } from '../../../src/modules/completion/task-ledger.js';
import { manager } from '../../../src/passes/manager/manager.js';
import { installedHosts } from '../../../src/hosts/installed.js';
import { beginPass, endPass } from '../../../src/passes/host/host-driver.js';
import { judgeCall } from '../../../src/passes/host/host-session.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { fieldText } from '../../../src/project/field-text.js';
import {
  environment,
  placeWithProject,
  REPORT,
  restsAfter,
  trail,
  WRITES_PAGE,
} from '../../passes/pass-workspace.js';

const NO_USAGE = { tokensIn: undefined, tokensOut: undefined, cost: undefined };
const reportOf = (summary: string): string =>
  `\`\`\`nocturne-report\nsummary: ${summary}\noutputs: []\n\`\`\`\n`;

t.test(
  'a spawn of a host session is registered, finished in a later pass, shown to the next, and acknowledged by its report',
  async (t) => {
    const place = placeWithProject(t.testdir(), WRITES_PAGE + REPORT, {
      stop: '- file_exists: never.md',
      files: { 'USER.md': restsAfter(99) },
    });
    const env = environment(place, { modules: [module] });
    const ledger = module.spawnLedger?.(place.workspace);
    if (ledger === undefined) throw new Error('no ledger');
    const session = { host: 'openclaw', id: 'agent:main:cron' } as const;

    const begun = await beginPass(env, { role: 'worker' }, { session });
    if (begun.kind !== 'brief') throw new Error(begun.report.outcome);
    const call = {
      host: 'openclaw',
      tool: 'sessions_spawn',
      params: { task: 'List the pages.', agentId: 'writer' },
      callId: 'call-1',
    } as const;
    const context = { workspace: place.workspace, hosts: await installedHosts(), ledger };
    const judged = judgeCall(context, { session }, call);
    t.equal(judged.verdict, 'allow', judged.text);
    const id = judged.spawned?.taskId ?? '';
    t.match(judged.spawned?.instruction, id);
    t.match(
      judgeCall(context, { session }, { ...call, callId: 'call-2' }),
      { verdict: 'deny', text: new RegExp(id) },
      'the same again is refused, and names it',
    );
    ledger.linked({ callId: 'call-1', childSession: 'child-1' });
    t.match(readTasks(place.workspace.snapshot()).all.get(id), {
      project: 'pages',
      requester: 'openclaw:agent:main:cron',
      target: 'writer',
      state: 'running',
    });
    const first = await endPass(env, {
      byHost: true,
      token: begun.data.token,
      report: reportOf(`Given away as ${id}.`),
      usage: NO_USAGE,
      model: '',
    });
    t.same(first.data?.undone, [], 'lines that nocturne wrote during the pass are its own');

    const second = await beginPass(env, { role: 'worker' }, { session });
    if (second.kind !== 'brief') throw new Error(second.report.outcome);
    t.notMatch(second.data.prompt, /A task that you gave to another agent/, 'it is not over');
    ledger.ended({ childSession: 'child-1', outcome: 'ok', detail: '' });
    mkdirSync(join(place.root, 'PROJECTS/pages/outputs'), { recursive: true });
    writeFileSync(
      join(place.root, 'PROJECTS/pages/outputs/list.md'),
      `# List\n\n${id}: three pages, all of them named.\n`,
    );
    const ended = await endPass(env, {
      byHost: true,
      token: second.data.token,
      report: reportOf('A page was written.'),
      usage: NO_USAGE,
      model: '',
    });
    t.same(ended.data?.undone, []);
    t.match(
      readTasks(place.workspace.snapshot()).all.get(id),
      { state: 'completed', artefact: 'PROJECTS/pages/outputs/list.md', acked: undefined },
      'at T8',
    );
    t.ok(ended.data?.notes.includes(`${id} completed`));

    const third = await beginPass(env, { role: 'worker' }, { session });
    if (third.kind !== 'brief') throw new Error(third.report.outcome);
    t.match(
      third.data.prompt,
      new RegExp(
        `### Data: A task that you gave to another agent is over: completed[\\s\\S]*${id}`,
      ),
    );
    await endPass(env, {
      byHost: true,
      token: third.data.token,
      report: reportOf(`The list of ${id} is in the page now.`),
      usage: NO_USAGE,
      model: '',
    });
    t.match(readTasks(place.workspace.snapshot()).all.get(id)?.acked, { by: third.data.runId });
    t.ok(verifyGate(place.root, place.home).ok);
  },
);

t.test(
  'an agent that writes into the log by hand is undone, and the chain is as it was',
  async (t) => {
    const forged = `import { appendFileSync } from 'node:fs';\nappendFileSync('../../audit/task-log.jsonl', '{"schema":1,"seq":2,"event":"completed","task":"TASK-20261121-001"}\\n');\n${WRITES_PAGE}${REPORT}`;
    const place = placeWithProject(t.testdir(), forged, {});
    module.spawnLedger?.(place.workspace).register({
      callId: 'c',
      host: 'openclaw',
      requester: 'r',
      task: 'x',
      target: '',
      runId: '',
    });
    const before = readFileSync(join(place.root, 'audit/task-log.jsonl'), 'utf8');
    const report = await worker(environment(place, { modules: [module] }), { role: 'worker' });
    t.match(report.data?.undone, [{ path: 'audit/task-log.jsonl', code: 'append-only' }]);
    t.ok(readFileSync(join(place.root, 'audit/task-log.jsonl'), 'utf8').startsWith(before));
    t.notOk(readFileSync(join(place.root, 'audit/task-log.jsonl'), 'utf8').includes('completed'));
    t.ok(verifyGate(place.root, place.home).ok);
  },
);

t.test(
  'the manager reaps at T0 what was silent for ten hours, and the briefing has it',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const early = openWorkspace(place.root, {
      home: place.home,
      clock: { now: () => new Date(Date.now() - 10 * 3_600_000) },
    });
    const answer = module.spawnLedger?.(early).register({
      callId: 'c',
      host: 'openclaw',
      requester: 'r',
      task: 'x',
      target: '',
      runId: '',
    });
    module.spawnLedger?.(early).linked({ callId: 'c', childSession: 's' });
    const report = await manager(environment(place, { modules: [module] }), { role: 'manager' });
    t.equal(report.exit, 0, report.outcome);
    t.match(readTasks(place.workspace.snapshot()).all.get(answer?.taskId ?? ''), {
      state: 'timed-out',
      surfaced: true,
    });
    const snapshot = place.workspace.snapshot();
    t.match(fieldText(snapshot.records('BRIEFING')[0], 'body'), new RegExp(answer?.taskId ?? ''));
    t.ok(trail(place, report.data?.runId ?? '').includes(` task_dead ${answer?.taskId} failed`));
    appendFileSync(join(place.root, 'audit/task-log.jsonl'), '{}\n');
    t.match(
      await manager(environment(place, { modules: [module] }), { role: 'manager' }),
      { exit: 3 },
      'and a log that somebody wrote into halts the next pass',
    );
  },
);
