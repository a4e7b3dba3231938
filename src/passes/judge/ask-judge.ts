/** One question to a judge and what it said, in an empty folder and without tools. */
import { mkdtempSync, rmSync } from '../../kernel/files.js';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runnerFor } from '../../agents/runner-for.js';
import { bubblewrap, type Sandbox } from '../../agents/sandbox.js';
import type { AgentTools, Budget, RunOutcome } from '../../agents/types.js';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import { withModelAccess } from '../model-access.js';
import type { PassEnvironment } from '../types.js';
import { whileClaimed } from '../while-claimed.js';
import type { Judge } from './judge-for.js';

/**
 * `project`: whose work is judged, if it is one project's. `fence`: of a pass that waits for the
 * answer; without one, nobody has to keep a claim.
 */
export type AskingPass = {
  readonly runId: string;
  readonly fence?: number;
  readonly project?: string | undefined;
};

const NO_TOOLS: AgentTools = {
  list: [],
  call: () => Promise.reject(new NocturneError('NOT_FOUND', 'a judge has no tools')),
};

/** In an empty folder of its own, without a token: it may call and write nothing for the pass. */
export async function askJudge(
  env: PassEnvironment,
  pass: AskingPass,
  { judge, prompt, budget }: { judge: Judge; prompt: string; budget: Budget },
): Promise<RunOutcome> {
  const { env: host, wait, runners: kinds, workspace } = env;
  const cwd = mkdtempSync(join(tmpdir(), 'nocturne-judge-'));
  try {
    return await whileAsked(env, pass, async (signal) => {
      const runner = await runnerFor(judge.runner, { host, wait, kinds });
      const { runner: spec, model, tier: use, limits } = judge;
      const user = {
        runId: pass.runId,
        project: pass.project,
        use,
        runner: spec,
        model,
        limits,
        signal,
      };
      return withModelAccess(env, user, (access) =>
        runner.run({
          brief: briefOf(pass.runId, judge, budget),
          prompt,
          wants: 'answer',
          spec: judge.runner,
          model: judge.model,
          cwd,
          workspaceRoot: workspace.root,
          tools: NO_TOOLS,
          ...defined({ access, sandbox: sandboxOf(env, judge, cwd) }),
          signal,
          on: () => undefined,
        }),
      );
    });
  } finally {
    rmSync(cwd, { recursive: true, force: true, maxRetries: 3 });
  }
}

function sandboxOf(
  { workspace, env }: PassEnvironment,
  { sandbox }: Judge,
  cwd: string,
): Sandbox | undefined {
  if (sandbox.kind !== 'on') return undefined;
  return bubblewrap(sandbox, {
    workspace: workspace.root,
    nocturneHome: workspace.home,
    home: env['HOME'] || homedir(),
    writable: [cwd],
    readOnly: [],
  });
}

function briefOf(runId: string, { tier }: Judge, budget: Budget) {
  return {
    runId,
    token: '',
    role: 'manager' as const,
    project: tier,
    objective: 'Answer one question.',
    fragments: [],
    mayWrite: [],
    mustNot: ['anything'],
    budget,
    criteria: [],
    stopCondition: [],
    programs: [],
    sandbox: '',
  };
}

function whileAsked<T>(
  env: PassEnvironment,
  { fence }: AskingPass,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return fence === undefined ? work(env.signal) : whileClaimed(env, { fence }, work);
}
