/**
 * What runners that start a program share: files, attempts, deadlines, sandbox, and the outcome.
 */
import { patienceMinutes } from './standstill.js';
import { mkdtempSync, rmSync, writeFileSync } from '../kernel/files.js';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defined } from '../kernel/defined.js';
import { pause, type Wait, tryAgain } from './retry.js';
import { forwardingOf } from './model-access.js';
import { type OverBudget, overBudget } from './model-tier.js';
import { lastWords } from '../governance/last-words.js';
import { runProcess, type ProcessEnd, type ProcessLimits } from './process-group.js';
import type { RunnerArgument } from '../project/runner-arguments.js';
import type { ProcessRequest } from './process-request.js';
import { limitOfTier } from './reached-limit.js';
import type { Failed } from './run-clock.js';
import { runnerEnvironment } from './runner-environment.js';
import {
  type FailureCode,
  type RunInput,
  type Runner,
  type RunOutcome,
  type RunEvent,
  addUsage,
  NO_USAGE,
} from './types.js';

export type ProgramRunnerOptions = {
  /** The environment to pick from. */
  readonly host: Readonly<Record<string, string | undefined>>;
  /** Where to put the brief. Default: the system's directory for temporary files. */
  readonly scratch?: string;
  readonly limits?: Partial<ProcessLimits>;
  /** Including the first. Default 3. */
  readonly maxAttempts?: number;
  readonly wait?: Wait;
  readonly random?: () => number;
};

export type RunFiles = {
  readonly folder: string;
  readonly brief: string;
  readonly prompt: string;
  readonly heartbeat: string;
};

/** One start of a program, and how to read its end. */
export type Attempt = {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: string;
  /** Only what the program reports; what the runner found is in `end`. */
  readonly read: (end: ProcessEnd) => Read;
  readonly onStdout?: (chunk: Uint8Array) => void;
  /** Changes while a program works without printing. */
  readonly signOfLife?: () => string;
};
/** `stop` ends the program because a limit on spending is reached. */
export type PrepareAttempt = (
  input: RunInput,
  files: RunFiles,
  stop: (over: OverBudget) => void,
) => Attempt;
export type Read = Pick<
  RunOutcome,
  'usage' | 'report' | 'tail' | 'answer' | 'model' | 'limit' | 'session'
> & {
  readonly failure?: FailureCode;
  /** Sentences. */
  readonly notes: readonly string[];
  readonly retryAfterMs?: number;
};

const AGAIN: ReadonlySet<FailureCode | undefined> = new Set<FailureCode>([
  'transient',
  'rate-limited',
]);

export function programRunner(
  name: string,
  prepare: PrepareAttempt,
  options: ProgramRunnerOptions,
): Runner {
  return {
    name,
    async run(input) {
      const folder = mkdtempSync(join(options.scratch ?? tmpdir(), 'nocturne-run-'));
      try {
        return await runIn(writeFiles(folder, input), input, { prepare, options });
      } finally {
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      }
    },
  };
}

function writeFiles(folder: string, { brief, prompt }: RunInput): RunFiles {
  const files = {
    folder,
    brief: join(folder, 'brief.json'),
    prompt: join(folder, 'prompt.md'),
    heartbeat: join(folder, 'heartbeat'),
  };
  const text = JSON.stringify({ ...brief, token: undefined }, undefined, 2);
  writeFileSync(files.brief, text, { mode: 0o600 });
  writeFileSync(files.prompt, prompt, { mode: 0o600 });
  writeFileSync(files.heartbeat, '', { mode: 0o600 });
  return files;
}

async function runIn(
  files: RunFiles,
  input: RunInput,
  { prepare, options }: Pick<Run, 'prepare' | 'options'>,
): Promise<RunOutcome> {
  const { limits, maxAttempts = 3, wait = pause, random = Math.random } = options;
  const { budget } = input.brief;
  const until = performance.now() + (limits?.totalMs ?? budget.maxMinutes * 60_000);
  const timeLeft = (): number => Math.max(0, until - performance.now());
  let spent = NO_USAGE;
  const { result, cancelled, tooLongMs } = await tryAgain(
    { maxAttempts, wait, random, signal: input.signal, on: input.on, timeLeft },
    async () => {
      const { outcome, retryAfterMs } = await once(input, { files, prepare, options, timeLeft });
      spent = addUsage(spent, outcome.usage);
      const made = { ...outcome, usage: spent };
      if (!AGAIN.has(made.failure) || overBudget(spent, budget) !== undefined)
        return { result: made };
      return { result: made, again: { why: made.detail, ...defined({ retryAfterMs }) } };
    },
  );
  if (cancelled) {
    const detail = 'The run was cancelled while it waited to try again.';
    return { ...result, failure: 'cancelled', detail };
  }
  return tooLongMs === undefined
    ? result
    : {
        ...result,
        detail: `${result.detail} The next attempt would have had to wait ${Math.ceil(tooLongMs / 1000)} s, longer than the run may take.`,
      };
}

type Run = {
  readonly files: RunFiles;
  readonly prepare: PrepareAttempt;
  readonly options: ProgramRunnerOptions;
  readonly timeLeft: () => number;
};

async function once(
  input: RunInput,
  { files, prepare, options, timeLeft }: Run,
): Promise<{ readonly outcome: RunOutcome; readonly retryAfterMs?: number }> {
  const { brief, spec, workspaceRoot, on, workFolder = input.cwd } = input;
  const { idleSeconds } = brief.budget;
  const repeatMs = patienceMinutes(brief.budget) * 60_000;
  const spentUp = new AbortController();
  let over: Failed | undefined;
  const attempt = prepare(input, files, (reached) => {
    over ??= limitOfTier(reached);
    spentUp.abort();
  });
  const end = await runProcess({
    program: programOf(attempt.program, workspaceRoot),
    args: attempt.args,
    cwd: input.cwd,
    env: runnerEnvironment({
      host: options.host,
      spec,
      runId: brief.runId,
      token: brief.token,
      workspaceRoot,
      briefFile: files.brief,
      heartbeatFile: files.heartbeat,
      ...defined({ access: input.access }),
    }),
    mark: { runId: brief.runId, workspace: workspaceRoot },
    stdin: attempt.stdin,
    heartbeatFile: files.heartbeat,
    limits: { idleMs: idleSeconds * 1000, repeatMs, ...options.limits, totalMs: timeLeft() },
    workFolder,
    signal: AbortSignal.any([input.signal, spentUp.signal]),
    ...defined({
      sandbox: sandboxOf(input, files),
      calls: callsOf(input),
      signOfLife: attempt.signOfLife,
      onStdout: attempt.onStdout,
    }),
    onStart: (pid) => on({ kind: 'started', pid }),
    onOutput: throttledOutput(on),
    onBeat: () => on({ kind: 'heartbeat' }),
  });
  const { failure: own, notes, retryAfterMs, ...read } = attempt.read(end);
  const failure = over === undefined || input.signal.aborted ? failureOf(end, own) : over.failure;
  const detail = over?.detail ?? end.detail;
  const last = failure === undefined ? '' : lastWordsOf(end, workspaceRoot);
  const isProgram = input.wants === 'result';
  const words = [
    isProgram && last !== '' ? `${detail.replace(/\.$/, '')}: ${last}` : detail,
    ...notes,
    leftovers(end),
    isProgram || last === '' ? '' : `Last words: ${last}`,
  ].filter((word) => word !== '');
  return {
    outcome: {
      kind: failure === undefined ? 'finished' : 'failed',
      ...defined({ failure, circled: failure === 'stuck' ? end.circled : undefined }),
      detail: words.join(' '),
      ...defined({ limit: over?.limit }),
      ...read,
    },
    ...defined({ retryAfterMs }),
  };
}

function callsOf({ access, brief }: RunInput): ProcessRequest['calls'] {
  const seen = access?.seen;
  return seen === undefined ? undefined : { seen, patience: brief.budget.patience.calls };
}

function sandboxOf({ sandbox, access }: RunInput, { folder }: RunFiles): ProcessRequest['sandbox'] {
  if (sandbox === undefined) return undefined;
  const forwarding = access && forwardingOf(access);
  return { profile: sandbox, scratch: folder, ...defined({ forwarding }) };
}

/** A path starts at the workspace's root; the agent's folder is never searched. */
function programOf(program: string, workspaceRoot: string): string {
  return program.includes('/') ? resolve(workspaceRoot, program) : program;
}

/** Fills `{workspace}`, `{cwd}`, `{model}`, `{run_id}`, `{brief}`, `{prompt}` and `{scratch}`. */
export function filledArguments(
  { spec, workspaceRoot, cwd, model, brief }: RunInput,
  files: RunFiles,
): readonly string[] {
  const values: Readonly<Record<RunnerArgument, string>> = {
    workspace: workspaceRoot,
    cwd,
    model,
    run_id: brief.runId,
    brief: files.brief,
    prompt: files.prompt,
    scratch: files.folder,
  };
  return spec.args.map((argument) =>
    argument.replace(/\{([a-z_]+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? values[name as RunnerArgument] : whole,
    ),
  );
}

/** A program that ran out of time while it asked for a login failed for that reason. */
function failureOf(end: ProcessEnd, own: FailureCode | undefined): FailureCode | undefined {
  if (end.ending === 'not-started') return 'not-found';
  if (end.ending === 'exited') return own;
  return own === 'auth-required' && (end.ending === 'timed-out' || end.ending === 'stuck')
    ? own
    : end.ending;
}

function leftovers({ orphansKilled, left }: ProcessEnd): string {
  if (left.length > 0) return `Processes of this run that could not be ended: ${left.join(', ')}.`;
  return orphansKilled === 0
    ? ''
    : `It left ${orphansKilled} ${orphansKilled === 1 ? 'process' : 'processes'} behind, now ended.`;
}

/** Some programs print their errors on standard output. */
function lastWordsOf({ stderrTail, tail }: ProcessEnd, root: string): string {
  return lastWords(stderrTail.trim() === '' ? tail : stderrTail, root);
}

const EVERY_MS = 250;

/** The first chunk at once, then at most four a second; each includes what was skipped. */
export function throttledOutput(
  on: (event: RunEvent) => void,
  now: () => number = () => performance.now(),
): (bytes: number, tail: () => string) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (bytes, tail) => {
    const time = now();
    if (time - last < EVERY_MS) return;
    last = time;
    on({ kind: 'output', bytes, tail: tail() });
  };
}
