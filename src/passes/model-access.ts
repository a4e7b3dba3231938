/**
 * Runs a runner with the model access that a module gives it for this pass: an address and a token
 * instead of a key. Without a module, only Nocturne itself may use the key.
 */
import type { RunnerKind } from '../agents/runner-for.js';
import { isWebAddress } from '../agents/gateway.js';
import type { ReachedLimit } from '../agents/reached-limit.js';
import { type Metered, type ModelAccess, meteredUsage } from '../agents/model-access.js';
import { emptyReport } from '../agents/parse-report.js';
import {
  type Budget,
  type FailureCode,
  NOTHING_USED,
  type RunnerSpec,
  type RunOutcome,
} from '../agents/types.js';
import { defined } from '../kernel/defined.js';
import { messageOf } from '../kernel/error.js';
import { enabledModules } from './modules/module-hooks.js';
import type { PassEnvironment } from './types.js';

export type ModelUser = {
  readonly runId: string;
  readonly project: string | undefined;
  /** `worker`, or the tier of a judge. */
  readonly use: string;
  readonly runner: RunnerSpec;
  readonly model: string;
  /** For everything that this use of the pass spends. */
  readonly limits: Pick<Budget, 'maxTokens' | 'maxCost'>;
  readonly signal: AbortSignal;
};

export async function withModelAccess(
  env: PassEnvironment,
  user: ModelUser,
  run: (access: ModelAccess | undefined) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const source = modelSource(user.runner, env);
  let access: ModelAccess | undefined;
  try {
    access = source && (await ask(env, user, source));
  } catch (error) {
    const detail = `The model cannot be reached, because its meter cannot: ${messageOf(error)}`;
    return notRun(user, 'transient', detail);
  }
  if (access === undefined) {
    const { name, kind } = user.runner;
    if (source?.apiKeyEnv && kind !== 'chat')
      return notRun(
        user,
        'auth-required',
        `Runner \`${name}\` needs the key in \`${source.apiKeyEnv}\`, which no agent gets. Enable the module that holds keys (R8 of REGISTRY.md).`,
      );
    return unmetered(user.runner, env.runners, await run(undefined));
  }
  const { close } = access;
  const { ended, spent } = await closing(run(access), close);
  const outcome = endedByLimit(ended, spent.refused);
  // It may have reported usage without any call: then it has another way to a model.
  if (spent.tokens === 0) return unmetered(user.runner, env.runners, outcome);
  return { ...outcome, usage: meteredUsage(outcome.usage, spent), spending: 'enforced' };
}

async function closing(
  running: Promise<RunOutcome>,
  close: ModelAccess['close'],
): Promise<{ readonly ended: RunOutcome; readonly spent: Metered }> {
  try {
    const ended = await running;
    return { ended, spent: await close() };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A program does not tell why its model answered no more. Whether one that ended well had done its
 * work by then is decided by its criteria.
 */
function endedByLimit(outcome: RunOutcome, limit: ReachedLimit | undefined): RunOutcome {
  const { kind, failure } = outcome;
  if (limit === undefined || failure === 'limit-reached' || failure === 'cancelled') return outcome;
  if (kind === 'finished') return { ...outcome, limit };
  return { ...outcome, failure: 'limit-reached', limit };
}

type ModelSource = { readonly endpoint: string; readonly apiKeyEnv: string };

/** `undefined`: the runner reaches its model by itself, or has none. */
export function modelSource(
  { kind, endpoint, apiKeyEnv, passEnv }: RunnerSpec,
  { runners, env }: Pick<PassEnvironment, 'runners' | 'env'>,
): ModelSource | undefined {
  // A gateway needs no key; its server knows who asks.
  if (endpoint !== '' && !isWebAddress(endpoint)) return { endpoint, apiKeyEnv: '' };
  const brought = runners.find((candidate) => candidate.kind === kind);
  if (brought === undefined) return endpoint === '' ? undefined : { endpoint, apiKeyEnv };
  const own = brought.key;
  if (own === undefined) return undefined;
  const named = apiKeyEnv || (passEnv.includes(own.variable) ? own.variable : '');
  const isSet = named !== '' && (env[named] ?? '').trim() !== '';
  return isSet ? { endpoint: endpoint || own.endpoint, apiKeyEnv: named } : undefined;
}

async function ask(
  env: PassEnvironment,
  { runId, project = '', use, runner, model, limits, signal }: ModelUser,
  source: ModelSource,
): Promise<ModelAccess | undefined> {
  const { workspace, say } = env;
  const snapshot = workspace.snapshot();
  const context = {
    ...{ workspace, snapshot, runId, signal, say, env: env.env },
    ...{ project, use, runner: runner.name, model, ...source, limits },
  };
  for (const module of enabledModules(env, snapshot)) {
    const access = await module.modelAccess?.(context);
    if (access !== undefined) return access;
  }
  return undefined;
}

/** A runner that logs in by itself, or a program that says what it used: only counted. */
function unmetered(
  { kind, apiKeyEnv }: RunnerSpec,
  runners: readonly RunnerKind[],
  outcome: RunOutcome,
): RunOutcome {
  const { tokensIn, tokensOut, cost } = outcome.usage;
  const isFree = kind === 'chat' && apiKeyEnv === '';
  const isHost = runners.some((candidate) => candidate.kind === kind);
  const hasUsed = [tokensIn, tokensOut, cost].some((value) => value !== undefined);
  const spending = isHost || (hasUsed && !isFree) ? ('not enforced' as const) : undefined;
  return { ...outcome, ...defined({ spending }) };
}

function notRun({ model }: ModelUser, failure: FailureCode, detail: string): RunOutcome {
  return {
    kind: 'failed',
    failure,
    detail,
    usage: NOTHING_USED,
    report: emptyReport([]),
    tail: '',
    model,
  };
}
