/** T4, second half: the agent works, under heartbeat, deadlines and guard. */
import { join } from 'node:path';
import { startHeartbeat } from '../../agents/heartbeat.js';
import { runnerFor } from '../../agents/runner-for.js';
import type { RunEvent, RunOutcome } from '../../agents/types.js';
import { withoutSecretsIn } from '../../governance/guard/secrets.js';
import { defined } from '../../kernel/defined.js';
import { renewClaim } from '../../workspace/pass-lock.js';
import { chatTools } from '../chat-tools.js';
import { commandFolder } from '../run-command.js';
import { storePass } from '../pass-file.js';
import { sandboxOf } from '../pass-sandbox.js';
import { LEASE_MS } from './t0-gate.js';
import type { Briefed, PassEnvironment, Step, Worked } from '../types.js';

const BEAT_MS = 30_000;

export const t4Run: Step<Briefed, Worked> = {
  id: 'T4',
  title: 'the agent works',
  async run(stage, { env }) {
    const worked = { ...stage, outcome: withoutSecretsIn(await runAgent(env, stage)) };
    storePass(env.workspace.state, worked);
    return { stage: worked, acts: [] };
  },
};

async function runAgent(env: PassEnvironment, pass: Briefed): Promise<RunOutcome> {
  const { workspace } = env;
  const ended = new AbortController();
  const signal = AbortSignal.any([env.signal, ended.signal]);
  const heartbeat = startHeartbeat({
    everyMs: BEAT_MS,
    renew: () => {
      renewClaim(workspace.root, pass.fence, { ttlMs: LEASE_MS, clock: workspace.clock });
    },
    onLost: () => ended.abort(),
  });
  try {
    const { env: host, wait, runners: kinds } = env;
    const runner = await runnerFor(pass.runner, { host, wait, kinds });
    return await runner.run({
      brief: pass.brief,
      prompt: pass.prompt,
      spec: pass.runner,
      model: pass.tier.model,
      cwd: join(workspace.root, commandFolder(pass)),
      workspaceRoot: workspace.root,
      tools: chatTools({ env, pass }),
      ...defined({ sandbox: sandboxOf({ env, pass }, () => workspace.snapshot()) }),
      signal,
      on: (event) => report(env, event),
    });
  } finally {
    await heartbeat.stop();
  }
}

function report({ say }: PassEnvironment, event: RunEvent): void {
  if (event.kind === 'tool' && event.verdict === 'deny')
    say(`     refused: ${event.name} ${event.detail}`);
  if (event.kind === 'retry')
    say(
      `     ${event.why}; trying again in ${Math.ceil(event.waitMs / 1000)} s (attempt ${event.attempt})`,
    );
}
