import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { breakLock } from '../../../src/workspace/pass-lock.js';
import { type Place, placeWithProject, read } from '../../passes/pass-workspace.js';
import { type Host, pluginHost, turnOf } from './plugin-host.js';

t.setTimeout(240_000);

const CHILD = 'agent:main:subagent:kid';
const REPORT = '```nocturne-report\nsummary: nothing written\n```';
const write = (path: string, toolCallId = path) => ({
  toolName: 'write',
  params: { path, content: '# Page\n' },
  toolCallId,
});
const OUTPUT = 'PROJECTS/pages/outputs/page.md';

function hosted(
  t: { teardown(act: () => unknown): void },
  place: Place,
  options?: Parameters<typeof pluginHost>[1],
): Host {
  const host = pluginHost(place, options);
  t.teardown(() => host.fire('gateway_stop', {}));
  return host;
}

/** What the host calls before a model is asked. `undefined`: the model is asked. */
async function before(host: Host, turn: ReturnType<typeof turnOf>): Promise<string | undefined> {
  await host.fire('cron_changed', turn.started);
  const claimed = await host.fire('before_agent_reply', { cleanedBody: turn.prompt }, turn.context);
  if (claimed !== undefined) return `answered: ${claimed.reply.text}`;
  const { jobId: _, ...context } = turn.context;
  const blocked = await host.fire('before_agent_run', { prompt: turn.prompt }, context);
  return blocked === undefined ? undefined : `blocked: ${blocked.reason}`;
}

t.test('a run of the worker job is a pass: brief, judged calls, sub-agent, account', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const host = hosted(t, place);
  const turn = turnOf(place, { role: 'worker' });
  t.equal(await before(host, turn), undefined);
  const { jobId: _, ...context } = turn.context;
  const built = await host.fire('before_prompt_build', {}, context);
  t.match(built?.prependContext, /end your turn with the report block[^]*## Brief[^]*`pages`/);
  const env = await host.fire('resolve_exec_env', { sessionKey: context.sessionKey ?? '' }, {});
  t.match(env, {
    NOCTURNE_PASS_TOKEN: /.{20}/,
    NOCTURNE_RUN: /^RUN-/,
    NOCTURNE_WORKSPACE: place.root,
  });
  t.notMatch(
    built?.prependContext,
    env?.['NOCTURNE_PASS_TOKEN'] ?? 'none',
    'the token is in no prompt',
  );
  t.same(
    await host.fire('before_tool_call', write(OUTPUT), context),
    { params: write(OUTPUT).params },
    'allowed, with the parameters that were judged',
  );
  t.match(await host.fire('before_tool_call', write('SOUL.md'), context), {
    block: true,
    blockReason: /tier-protected/,
  });
  t.match(
    await host.fire(
      'before_tool_call',
      { toolName: 'exec', params: { command: 'echo x >> SOUL.md' }, toolCallId: 'e1' },
      context,
    ),
    { block: true },
  );
  const quoted = { command: `'cat' 'SOUL.md' | 'wc' '-l' 2>&1`, timeout: 5 };
  const exec = (command: string) => ({
    toolName: 'exec',
    params: { command, timeout: 5 },
    toolCallId: 'e2',
  });
  t.same(
    await host.fire('before_tool_call', exec('cat SOUL.md | wc -l 2>&1'), context),
    { params: quoted },
    'a command runs as it was judged, every word quoted',
  );
  t.same(
    await host.fire('before_tool_call', exec(quoted.command), context),
    { params: quoted },
    'also when the host asks about it again',
  );
  await host.fire(
    'subagent_spawned',
    { childSessionKey: CHILD },
    { childSessionKey: CHILD, requesterSessionKey: context.sessionKey ?? '' },
  );
  const child = { sessionKey: CHILD, runId: 'turn-of-child' };
  t.equal(await host.fire('before_agent_run', { prompt: '[Subagent Context]' }, child), undefined);
  t.match(await host.fire('before_tool_call', write('SOUL.md', 'k1'), child), { block: true });
  t.match(
    await host.fire('before_tool_call', write('PROJECTS/pages/outputs/kid.md', 'k2'), child),
    { params: {} },
  );
  await host.fire(
    'agent_end',
    { success: true, messages: [{ role: 'assistant', content: [{ type: 'text', text: REPORT }] }] },
    context,
  );
  await host.fire(
    'llm_output',
    {
      resolvedRef: 'fake/one',
      assistantTexts: [REPORT],
      usage: { input: 100, cacheRead: 50, output: 20 },
    },
    context,
  );
  t.match(
    await host.status(),
    { runs: [{ stage: 'open' }], judgements: { count: 7 } },
    'the pass waits for its sub-agent',
  );
  await host.fire('llm_output', { usage: { input: 10, output: 3 } }, child);
  await host.fire(
    'subagent_ended',
    { targetSessionKey: CHILD, outcome: 'ok' },
    { childSessionKey: CHILD, requesterSessionKey: context.sessionKey ?? '' },
  );
  await host.fire('gateway_stop', {});
  t.match(
    read(place, 'audit/SESSION-REGISTRY.md'),
    /fake\/one \| 160 \| 23 \|/,
    'what the sub-agent used is counted',
  );
  t.match(await host.fire('before_tool_call', write(OUTPUT, 'late'), context), {
    block: true,
    blockReason: /has ended/,
  });
  t.match(await host.fire('before_agent_run', { prompt: 'more' }, { ...context, runId: 'later' }), {
    outcome: 'block',
  });
});

t.test('whatever stands against a pass ends the run before a model is asked', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const host = hosted(t, place);
  t.match(
    await before(host, turnOf(place, { role: 'manager', id: 'm' })),
    /^answered: RUN-\S+: reviewed/,
    'a manager pass needs no model',
  );
  const soul = readFileSync(join(place.root, 'SOUL.md'));
  appendFileSync(join(place.root, 'SOUL.md'), 'tampered\n');
  for (const role of ['worker', 'manager'])
    t.match(
      await before(host, turnOf(place, { role, id: `gate-${role}` })),
      /^blocked: nocturne: refused by the integrity gate: SOUL\.md/,
      role,
    );
  appendFileSync(join(place.root, 'SOUL.md'), '', { flag: 'w' });
  appendFileSync(join(place.root, 'SOUL.md'), soul);
  t.equal(await before(host, turnOf(place, { role: 'worker', id: 'first' })), undefined);
  t.match(
    await before(host, turnOf(place, { role: 'worker', id: 'second' })),
    /^blocked: nocturne: RUN-.* \(worker\) is running/,
  );
  breakLock(place.root, place.workspace.state, { clock: place.workspace.clock });
  const elsewhere = turnOf(place, { role: 'worker', id: 'elsewhere' });
  t.match(
    await before(host, { ...elsewhere, context: { ...elsewhere.context, workspaceDir: '/' } }),
    /^blocked: nocturne: the agent works in \//,
  );
});

t.test('without an answer nothing is done', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const host = hosted(t, place, { nocturne: join(place.root, 'not-there.cjs') });
  const turn = turnOf(place, { role: 'worker' });
  t.match(
    await before(host, turn),
    /^blocked: nocturne: Nocturne could not begin the pass: nocturne did not start/,
  );
  t.match(await host.fire('before_tool_call', write(OUTPUT), turn.context), { block: true });
  t.match(await host.status(), { ok: false, guard: { error: /did not start/ } });
});

t.test('a guard that was killed is started again, and the pass goes on', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const host = hosted(t, place);
  const turn = turnOf(place, { role: 'worker' });
  t.equal(await before(host, turn), undefined);
  const first = (await host.status()) as { readonly guard: { readonly pid: number } };
  process.kill(first.guard.pid, 'SIGKILL');
  const during = await host.fire('before_tool_call', write(OUTPUT, 'during'), turn.context);
  t.ok(during !== undefined, 'judged by the next one, or refused');
  t.match(await host.fire('before_tool_call', write(OUTPUT, 'after'), turn.context), {
    params: {},
  });
  t.match(await host.fire('before_tool_call', write('SOUL.md', 'after-too'), turn.context), {
    block: true,
  });
  const second = (await host.status()) as { readonly guard: { readonly pid: number } };
  t.not(second.guard.pid, first.guard.pid);
});

t.test(
  'sessions of others are left alone, or are guests, and a sub-agent of nobody is refused while a pass runs',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const free = { sessionKey: 'agent:main:main', runId: 'free' };
    const host = hosted(t, place);
    t.equal(await host.fire('before_agent_run', { prompt: 'hello' }, free), undefined);
    t.equal(await host.fire('before_tool_call', write('SOUL.md'), free), undefined);
    t.equal(
      await host.fire('before_tool_call', write('SOUL.md'), { sessionKey: CHILD }),
      undefined,
      'no pass runs',
    );
    t.match(
      await host.fire('before_tool_call', write('SOUL.md'), {
        sessionKey: 'agent:main:cron:other:run:1',
      }),
      undefined,
      'another job',
    );
    await host.fire('cron_changed', turnOf(place, { role: 'worker' }).started);
    t.match(
      await host.fire('before_tool_call', write('a.txt'), {
        sessionKey: 'agent:main:cron:job-1:run:1',
      }),
      { block: true },
      'our job, of whose run nothing is known',
    );
    t.equal(await before(host, turnOf(place, { role: 'worker' })), undefined);
    t.match(await host.fire('before_tool_call', write('a.txt'), { sessionKey: CHILD }), {
      block: true,
      blockReason: /does not belong to a running pass/,
    });
    t.match(await host.fire('before_agent_run', { prompt: 'x' }, { sessionKey: CHILD }), {
      outcome: 'block',
    });
    t.equal(await host.fire('before_tool_call', write('SOUL.md', 'again'), free), undefined);
    const all = hosted(t, place, { governed: 'all' });
    t.match(await all.fire('before_tool_call', write('SOUL.md'), free), {
      block: true,
      blockReason: /tier-protected/,
    });
    t.equal(await all.fire('before_tool_call', write('notes.txt'), free), undefined);
    t.match(
      await all.fire(
        'before_tool_call',
        { toolName: 'exec', params: { command: 'make all' }, toolCallId: 'x' },
        free,
      ),
      { requireApproval: { timeoutBehavior: 'deny' } },
    );
  },
);

t.test('a run that fails ends its pass as failed', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const host = hosted(t, place);
  const turn = turnOf(place, { role: 'worker' });
  t.equal(await before(host, turn), undefined);
  await host.fire(
    'agent_end',
    { success: false, error: 'the model went away', messages: [] },
    turn.context,
  );
  await host.fire('gateway_stop', {});
  t.match(read(place, 'audit/SESSION-REGISTRY.md'), /cancelled: the model went away/);
});

t.test(
  'a run that only waits for what may never be told is ended when the next one begins',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const host = hosted(t, place);
    const first = turnOf(place, { role: 'worker', id: 'first' });
    t.equal(await before(host, first), undefined);
    await host.fire(
      'agent_end',
      { success: true, messages: [{ role: 'assistant', content: REPORT }] },
      first.context,
    );
    t.match(
      await before(host, turnOf(place, { role: 'manager', id: 'next' })),
      /^answered: .*reviewed/,
    );
    t.match(
      read(place, 'audit/SESSION-REGISTRY.md'),
      /\| worker \|.*\| FAIL: nothing was delivered.*the agent says: "nothing written/,
    );
  },
);

t.test('what the host would silently leave out is said', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const host = hosted(t, place, { access: false });
  await host.fire('gateway_start', {});
  t.match(host.said.join('\n'), /allowConversationAccess is not true/);
  t.match(await host.status(), { ok: false, warnings: [/allowConversationAccess/] });
});
