/** The runner of kind `command`: a program of the owner's gets the prompt on stdin and ends its stdout with a report. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pause, type Wait } from './backoff.js';
import { emptyReport, readReport } from './parse-report.js';
import { runProcess, type ProcessEnd, type ProcessLimits } from './process-group.js';
import { runnerEnvironment } from './runner-environment.js';
import { throttledOutput } from './throttled-output.js';
import { tryAgain } from './try-again.js';
import type { FailureCode, RunInput, Runner, RunOutcome } from './types.js';
import { NO_USAGE } from './usage.js';

export type CommandRunnerOptions = {
  /** The environment from which the program's is picked. */
  readonly host: Readonly<Record<string, string | undefined>>;
  /** Where the brief is put for the program to read. Default: the system's directory for temporary files. */
  readonly scratch?: string;
  readonly limits?: Partial<ProcessLimits>;
  /** How often a program that exits with 75 is started, the first time included. Default 3. */
  readonly maxAttempts?: number;
  readonly wait?: Wait;
  readonly random?: () => number;
};

/**
 * Exit codes: 0 = finished; 75 (EX_TEMPFAIL) = nothing was done, worth trying again: `transient`, tried again after a wait; 77 (EX_NOPERM) = the owner has to log
 * in: `auth-required`; anything else, or a signal = `crashed`.
 */
const FAILURE_OF_EXIT: ReadonlyMap<number, FailureCode> = new Map([[75, 'transient'], [77, 'auth-required']]);

export function commandRunner({ host, scratch = tmpdir(), limits, maxAttempts = 3, wait = pause, random = Math.random }: CommandRunnerOptions): Runner {
  return {
    name: 'command',
    async run(input) {
      const folder = mkdtempSync(join(scratch, 'nocturne-run-'));
      try {
        const files = { brief: join(folder, 'brief.json'), prompt: join(folder, 'prompt.md'), heartbeat: join(folder, 'heartbeat') };
        writeFileSync(files.brief, JSON.stringify({ ...input.brief, token: undefined }, undefined, 2), { mode: 0o600 });
        writeFileSync(files.prompt, input.prompt, { mode: 0o600 });
        writeFileSync(files.heartbeat, '', { mode: 0o600 });
        const { budget } = input.brief;
        const until = performance.now() + (limits?.totalMs ?? budget.maxMinutes * 60_000);
        const timeLeft = (): number => Math.max(0, until - performance.now());
        const { result, cancelled } = await tryAgain({ maxAttempts, wait, random, signal: input.signal, on: input.on, timeLeft }, async () => {
          const made = outcome(input, await start(input, files, { idleMs: budget.idleSeconds * 1000, ...limits, totalMs: timeLeft() }, host));
          return made.failure === 'transient' ? { result: made, again: { why: made.detail } } : { result: made };
        });
        return cancelled ? { ...result, failure: 'cancelled', detail: 'The run was cancelled while it waited to try again.' } : result;
      } finally {
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      }
    },
  };
}

type Files = { readonly brief: string; readonly prompt: string; readonly heartbeat: string };

function start(input: RunInput, files: Files, limits: ProcessLimits, host: CommandRunnerOptions['host']): Promise<ProcessEnd> {
  const { brief, spec, workspaceRoot, on } = input;
  return runProcess({
    program: programOf(input),
    args: spec.args.map((arg) => fill(arg, { workspace: workspaceRoot, cwd: input.cwd, model: input.model, run_id: brief.runId, brief: files.brief, prompt: files.prompt })),
    cwd: input.cwd,
    env: runnerEnvironment({ host, spec, runId: brief.runId, token: brief.token, workspaceRoot, briefFile: files.brief, heartbeatFile: files.heartbeat }),
    mark: { runId: brief.runId, workspace: workspaceRoot },
    stdin: input.prompt,
    heartbeatFile: files.heartbeat,
    limits,
    signal: input.signal,
    onStart: (pid) => on({ kind: 'started', pid }),
    onOutput: throttledOutput(on),
    onBeat: () => on({ kind: 'heartbeat' }),
  });
}

/** A program with a slash is meant from the workspace's root: the folder that the agent works in is never searched for one. */
function programOf({ spec, workspaceRoot }: RunInput): string {
  return spec.program.includes('/') ? resolve(workspaceRoot, spec.program) : spec.program;
}

/** Fills `{workspace}`, `{cwd}`, `{model}`, `{run_id}`, `{brief}` and `{prompt}` (files) in an argument of the owner's. */
function fill(argument: string, values: Readonly<Record<string, string>>): string {
  return argument.replace(/\{([a-z_]+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function outcome({ model }: RunInput, end: ProcessEnd): RunOutcome {
  const { report, usage, found } = end.bytes > 0 ? readReport(end.stdout) : { report: emptyReport(['The program printed nothing.']), usage: NO_USAGE, found: false };
  const failure = failureOf(end);
  const words = [end.detail, found ? '' : 'It gave no report.', leftovers(end), failure === undefined ? '' : lastWords(end)];
  return { kind: failure === undefined ? 'finished' : 'failed', ...(failure === undefined ? {} : { failure }), detail: words.filter((word) => word !== '').join(' '), usage, report, tail: end.tail, model };
}

function failureOf(end: ProcessEnd): FailureCode | undefined {
  if (end.ending === 'not-started') return 'not-found';
  if (end.ending !== 'exited') return end.ending;
  if (end.exitCode === 0) return undefined;
  return FAILURE_OF_EXIT.get(end.exitCode ?? -1) ?? 'crashed';
}

function leftovers({ survivorsKilled, left }: ProcessEnd): string {
  if (left.length > 0) return `Processes of this run that could not be ended: ${left.join(', ')}.`;
  return survivorsKilled === 0 ? '' : `It left ${survivorsKilled} ${survivorsKilled === 1 ? 'process' : 'processes'} behind, now ended.`;
}

function lastWords({ stderrTail }: ProcessEnd): string {
  const line = stderrTail.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : `Last words: ${line.slice(0, 300)}`;
}
