/** T4, second half: the agent works, under heartbeat, deadlines and guard. */
import { join } from 'node:path';
import { startHeartbeat } from '../../agents/heartbeat.js';
import { runnerFor } from '../../agents/runner-for.js';
import type { RunEvent, RunOutcome } from '../../agents/types.js';
import { NocturneError } from '../../kernel/error.js';
import { renewLease } from '../../workspace/lease.js';
import { guardedTools } from '../tools/guarded-tools.js';
import { storePass } from '../pass-file.js';
import { sandboxOf } from '../pass-sandbox.js';
import { LEASE_MS } from './t0-gate.js';
import { type Pass, type Step, withData } from '../types.js';

const BEAT_MS = 30_000;

export const t4Run: Step = {
  id: 'T4',
  title: 'the agent works',
  async run(pass) {
    const done = withData(pass, { outcome: await runAgent(pass) });
    storePass(pass.env.workspace.state, done.data, false);
    return done;
  },
};

async function runAgent(pass: Pass): Promise<RunOutcome> {
  const { data, env } = pass;
  const { workspace } = env;
  if (data.brief === undefined || data.runner === undefined)
    throw new NocturneError('INTERNAL', 'T4 was reached without a brief or a runner');
  const ended = new AbortController();
  const signal = AbortSignal.any([env.signal, ended.signal]);
  const heartbeat = startHeartbeat({
    everyMs: BEAT_MS,
    renew: () => {
      renewLease(workspace.root, data.fence, { ttlMs: LEASE_MS, clock: workspace.clock });
    },
    onLost: () => ended.abort(),
  });
  const sandbox = sandboxOf(pass);
  try {
    const runner = await runnerFor(data.runner, { host: env.env, kinds: env.runners });
    return await runner.run({
      brief: data.brief,
      prompt: data.prompt ?? '',
      spec: data.runner,
      model: data.tier?.model ?? '',
      cwd:
        data.project === undefined
          ? workspace.root
          : join(workspace.root, 'PROJECTS', data.project),
      workspaceRoot: workspace.root,
      tools: guardedTools(pass),
      ...(sandbox === undefined ? {} : { sandbox }),
      signal,
      on: (event) => report(pass, event),
    });
  } finally {
    await heartbeat.stop();
  }
}

function report(pass: Pass, event: RunEvent): void {
  if (event.kind === 'tool' && event.verdict === 'deny')
    pass.env.say(`     refused: ${event.name} ${event.detail}`);
  if (event.kind === 'retry')
    pass.env.say(
      `     ${event.why}; trying again in ${Math.ceil(event.waitMs / 1000)} s (attempt ${event.attempt})`,
    );
}
