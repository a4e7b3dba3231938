/** T4, second half: the agent works, under heartbeat, deadlines and guard. */
import { join } from 'node:path';
import { runnerFor } from '../../agents/runner-for.js';
import type { RunEvent, RunOutcome } from '../../agents/types.js';
import { withoutSecretsIn } from '../../governance/guard/secrets.js';
import { defined } from '../../kernel/defined.js';
import { messageOf } from '../../kernel/error.js';
import { giveBackWriter } from '../../workspace/pass-lock.js';
import { chatTools } from '../chat-tools.js';
import { comeNearer } from '../come-nearer.js';
import { copiedPath } from '../copy/pass-copy.js';
import { commandFolder } from '../run-command.js';
import type { CallRecord } from '../call-record.js';
import { limitReached } from '../parking/is-parked.js';
import { dropFinished, keepRun } from '../parking/keep-run.js';
import { keepRunRecord } from '../run-record.js';
import { storePass } from '../pass-file.js';
import { withModelAccess } from '../model-access.js';
import { requireClaim } from '../require-claim.js';
import { sandboxOf } from '../pass-sandbox.js';
import { takeTurn } from '../take-turn.js';
import { whileClaimed } from '../while-claimed.js';
import { moduleOf } from '../modules/module-hooks.js';
import { performUnit } from '../units/module-work.js';
import type { Briefed, PassEnvironment, Step, Worked } from '../types.js';

export const t4Run: Step<Briefed, Worked> = {
  id: 'T4',
  title: 'the agent works',
  async run(stage, { env }) {
    const calls: CallRecord[] = [];
    const listen = (event: RunEvent): void => {
      if (event.kind === 'tool') {
        const { name, verdict, detail } = event;
        calls.push({ name, verdict, detail });
      }
      report(env, event);
      tellModule(env, stage, event);
    };
    const outcome =
      stage.copy === undefined
        ? await runAgent(env, stage, listen)
        : await besideOthers(env, stage, listen);
    const worked = { ...stage, calls, outcome: withoutSecretsIn(outcome) };
    keepRunRecord(env.workspace.state, worked);
    requireClaim(env.workspace, worked);
    storePass(env.workspace.state, worked);
    const mayPark = limitReached(outcome) !== undefined || outcome.limit !== undefined;
    if (!mayPark) dropFinished(env.workspace, worked);
    return { stage: worked, acts: [] };
  },
};

/** An agent in its copy disturbs nobody: other passes may begin and end while it works. */
async function besideOthers(
  env: PassEnvironment,
  pass: Briefed,
  on: (event: RunEvent) => void,
): Promise<RunOutcome> {
  const { root } = env.workspace;
  giveBackWriter(root, pass.fence);
  try {
    return await runAgent(env, pass, on);
  } finally {
    // Units take their turn together.
    if (pass.unit === undefined) await takeTurn(env, pass);
  }
}

function runAgent(
  env: PassEnvironment,
  pass: Briefed,
  on: (event: RunEvent) => void,
): Promise<RunOutcome> {
  const { workspace } = env;
  return whileClaimed(env, pass, async (signal) => {
    const { unit } = pass;
    if (unit?.byModule === true) return performUnit(env, { ...pass, unit }, signal);
    const { env: host, wait, runners: kinds } = env;
    const runner = await runnerFor(pass.runner, { host, wait, kinds });
    const { runId, project, brief, tier } = pass;
    const user = { runId, project, use: 'worker', model: tier.model, limits: brief.budget, signal };
    return withModelAccess(env, { ...user, runner: pass.runner }, (access) =>
      runner.run({
        brief: pass.brief,
        prompt: pass.prompt,
        spec: pass.runner,
        model: pass.tier.model,
        cwd: join(workspace.root, commandFolder(pass)),
        workFolder: workFolderOf(workspace.root, pass),
        hasComeNearer: comeNearer(env, pass),
        workspaceRoot: workspace.root,
        tools: chatTools({ env, pass }),
        ...keepRun(workspace, pass),
        ...defined({
          access,
          sandbox: sandboxOf({ env, pass }, () => workspace.snapshot()),
          wants: unit?.command === undefined ? undefined : ('result' as const),
        }),
        signal,
        on,
      }),
    );
  });
}

/** A module that cannot listen does not end the work. */
function tellModule(env: PassEnvironment, { unit }: Briefed, event: RunEvent): void {
  const heard = unit === undefined ? undefined : moduleOf(env, unit)?.heard;
  if (unit === undefined || heard === undefined) return;
  try {
    heard(unit, event, env.workspace.state);
  } catch (error) {
    env.say(`     ${unit.module}: ${messageOf(error)}`);
  }
}

function workFolderOf(root: string, pass: Briefed): string {
  const folder = commandFolder(pass);
  return pass.copy === undefined ? join(root, folder) : copiedPath(root, pass.copy, folder);
}

function report({ say }: PassEnvironment, event: RunEvent): void {
  if (event.kind === 'tool' && event.verdict === 'deny')
    say(`     refused: ${event.name} ${event.detail}`);
  if (event.kind === 'retry')
    say(
      `     ${event.why}; trying again in ${Math.ceil(event.waitMs / 1000)} s (attempt ${event.attempt})`,
    );
}
