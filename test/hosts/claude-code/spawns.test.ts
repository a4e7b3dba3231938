import { readFileSync } from 'node:fs';
import t from 'tap';
import { beginPass } from '../../../src/passes/host/host-driver.js';
import type { PassModule } from '../../../src/passes/module.js';
import { answerEvent } from '../../../src/hosts/claude-code/hooks/answer-event.js';
import { environment, placeWithProject } from '../../passes/pass-workspace.js';

/** A ledger that writes down what it is told, in a module of the name that REGISTRY.md enables. */
function ledgerModule(told: string[]): PassModule {
  const running = new Set<string>();
  return {
    name: 'completion',
    onChange: () => undefined,
    spawnLedger: () => ({
      register: ({ callId, task, target, runId }) => {
        const id = `${task}/${target}`;
        if (running.has(id))
          return { kind: 'duplicate', taskId: 'T-1', why: 'this task runs already' };
        running.add(id);
        told.push(`register ${callId} ${id} ${runId === '' ? 'no run' : 'in a run'}`);
        return { kind: 'registered', taskId: 'T-1', instruction: 'Name T-1.' };
      },
      linked: ({ callId, childSession }) => void told.push(`linked ${callId} ${childSession}`),
      failed: ({ callId }) => void told.push(`failed ${callId}`),
      progress: ({ childSession, note }) => void told.push(`progress ${childSession} ${note}`),
      ended: ({ childSession, outcome }) => void told.push(`ended ${childSession} ${outcome}`),
    }),
  };
}

const registry = readFileSync(new URL('../../../../REGISTRY.md', import.meta.url), 'utf8');
const disabled = registry.replace(/^(\| completion \|.*\|) yes \|$/m, '$1 no |');

for (const on of [true, false]) {
  t.test(
    on
      ? 'a module that keeps a ledger is told of every subagent'
      : 'a module that is not enabled is told nothing',
    async (t) => {
      const place = placeWithProject(t.testdir(), '', {
        files: { 'REGISTRY.md': on ? registry : disabled },
      });
      const begun = await beginPass(environment(place), { role: 'worker' });
      if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
      const told: string[] = [];
      const ask = (event: object) =>
        answerEvent(JSON.stringify({ session_id: 's-1', cwd: place.root, ...event }), () => ({
          workspace: place.workspace,
          token: begun.data.token,
          governed: true,
          modules: async () => [ledgerModule(told)],
        }));
      const spawn = (id: string): object => ({
        tool_name: 'Agent',
        tool_use_id: id,
        tool_input: { prompt: 'look', subagent_type: 'Explore' },
      });
      const { stdout } = await ask({ hook_event_name: 'PreToolUse', ...spawn('call-1') });
      t.match(stdout, /"allow"/);
      t.same(
        JSON.parse(stdout).hookSpecificOutput.updatedInput,
        on ? { prompt: 'look\n\nName T-1.', subagent_type: 'Explore' } : undefined,
        'the subagent learns the id of its task, and its type stays',
      );
      await ask({
        hook_event_name: 'PostToolUse',
        tool_name: 'Read',
        tool_use_id: 'r',
        tool_input: {},
        tool_response: {},
        agent_id: 'child-1',
      });
      await ask({ hook_event_name: 'SubagentStop', agent_id: 'child-1', stop_hook_active: false });
      await ask({
        hook_event_name: 'PostToolUse',
        ...spawn('call-1'),
        tool_response: { status: 'completed', agentId: 'child-1' },
      });
      await ask({
        hook_event_name: 'PostToolUse',
        ...spawn('call-2'),
        tool_response: { status: 'async_launched', agentId: 'child-2' },
      });
      t.same(
        told,
        on
          ? [
              'register call-1 look/Explore in a run',
              'progress child-1 Read',
              'ended child-1 ok',
              'linked call-1 child-1',
              'ended child-1 ok',
              'linked call-2 child-2',
            ]
          : [],
      );
    },
  );
}

t.test('the same task twice is refused', async (t) => {
  const place = placeWithProject(t.testdir(), '', { files: { 'REGISTRY.md': registry } });
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  const module = ledgerModule([]);
  const ledger = module.spawnLedger?.(place.workspace);
  const kept: PassModule = { ...module, spawnLedger: () => ledger as NonNullable<typeof ledger> };
  const ask = () =>
    answerEvent(
      JSON.stringify({
        session_id: 's',
        cwd: place.root,
        hook_event_name: 'PreToolUse',
        tool_name: 'Task',
        tool_use_id: 'c',
        tool_input: { prompt: 'look' },
      }),
      () => ({
        workspace: place.workspace,
        token: begun.data.token,
        governed: true,
        modules: async () => [kept],
      }),
    );
  t.match((await ask()).stdout, /"allow"/);
  t.match((await ask()).stdout, /"deny".*runs already/);
});
