/** The runner of kind `claude`: one turn of the Claude Code command line, without its screen. */
import { defined } from '../../../kernel/defined.js';
import { fileURLToPath } from 'node:url';
import { claudeHooks } from '../hook-groups.js';
import { failureOfStatus } from '../../../agents/classify-request-error.js';
import { type TranscriptState, claudeTranscript, usageOf } from './transcript.js';
import { overBudget } from '../../../agents/model-tier.js';
import { emptyReport, readReport } from '../../../agents/parse-report.js';
import type { ProcessEnd } from '../../../agents/process-group.js';
import {
  filledArguments,
  programRunner,
  type ProgramRunnerOptions,
} from '../../../agents/program-runner.js';
import type { ReachedLimit } from '../../../agents/reached-limit.js';
import type { FailureCode, RunInput, Runner, RunOutcome } from '../../../agents/types.js';

/** Codes by which claude names the error that ended its turn. */
const FAILURE_OF_ERROR: ReadonlyMap<string, FailureCode> = new Map([
  ['authentication_failed', 'auth-required'],
  ['oauth_org_not_allowed', 'auth-required'],
  ['billing_error', 'over-budget'],
  ['rate_limit', 'rate-limited'],
  ['overloaded', 'rate-limited'],
  ['model_not_found', 'not-found'],
  ['server_error', 'transient'],
]);
/** Without a login claude prints no events, only one of these lines. */
const LOGIN_BANNER = /^(Invalid API key|Not logged in|OAuth token (has expired|revoked))\b/;
const FAILURE_OF_SUBTYPE: ReadonlyMap<string, FailureCode> = new Map([
  ['error_max_turns', 'over-budget'],
  ['error_max_budget_usd', 'limit-reached'],
]);
const PROGRAM = fileURLToPath(new URL('../../../../../bin/nocturne.cjs', import.meta.url));

export function claudeRunner(
  options: ProgramRunnerOptions & {
    /** Milliseconds since 1970. */
    readonly now?: () => number;
  },
): Runner {
  const runner = programRunner(
    'claude',
    (input, files, stop) => {
      const { budget } = input.brief;
      const { take, state } = claudeTranscript(input.on, (usage) => {
        const over = overBudget(usage, budget);
        if (over !== undefined) stop(over);
      });
      return {
        program: input.spec.program || 'claude',
        args: [
          ...defaultArguments(input),
          ...hookArguments(input, options.host['NOCTURNE_HOME']),
          ...filledArguments(input, files),
        ],
        stdin: input.prompt,
        onStdout: take,
        read(end) {
          const failure = failureOf(state, end);
          const answer = state.result?.result ?? '';
          const { report, found } =
            answer === ''
              ? { report: emptyReport(['Claude ended without an answer.']), found: false }
              : readReport(answer);
          const reset =
            state.resetsAt === undefined
              ? {}
              : { retryAfterMs: Math.max(0, state.resetsAt - (options.now ?? Date.now)()) };
          return {
            usage: usageOf(state),
            report,
            tail: state.tail,
            model: state.model ?? input.model,
            notes: [explain(state, failure), found ? '' : 'It gave no report.'],
            ...(failure === undefined ? {} : { failure, ...reset }),
            ...defined({ session: state.session, limit: limitOf(input, state, failure) }),
          };
        },
      };
    },
    options,
  );
  return {
    name: runner.name,
    async run(input) {
      const outcome = await runner.run(input);
      if (input.resume?.kind !== 'session' || !isSessionGone(outcome)) return outcome;
      const { resume, ...fresh } = input;
      const again = await runner.run({ ...fresh, prompt: resume.prompt });
      return {
        ...again,
        detail: `Its earlier session is gone, so it started over. ${again.detail}`,
      };
    },
  };
}

/** It ended before the model was asked anything. */
function isSessionGone({ failure, usage }: RunOutcome): boolean {
  return failure === 'crashed' && !usage.tokensIn && !usage.tokensOut;
}

function limitOf(
  { brief: { budget } }: RunInput,
  state: TranscriptState,
  failure: FailureCode | undefined,
): ReachedLimit | undefined {
  if (failure !== 'limit-reached') return undefined;
  const { maxCost: limit } = budget;
  return { scope: 'pass', unit: 'cost', ...defined({ limit, used: usageOf(state).cost }) };
}

/** Grants no permission that claude would not have; the owner's arguments come after these. */
function defaultArguments({ model, brief, resume }: RunInput): readonly string[] {
  const cost =
    brief.budget.maxCost === undefined ? [] : ['--max-budget-usd', String(brief.budget.maxCost)];
  return [
    '-p',
    '--output-format',
    'stream-json',
    '--verbose',
    ...(model === '' ? [] : ['--model', model]),
    ...cost,
    ...(resume?.kind === 'session' ? ['--resume', resume.id] : []),
  ];
}

/**
 * The guard judges every tool call. In a sandbox a hook cannot reach the state directory, and the
 * sandbox protects instead.
 */
function hookArguments(
  { sandbox, workspaceRoot }: RunInput,
  home: string | undefined,
): readonly string[] {
  if (sandbox !== undefined) return [];
  const hooks = claudeHooks({
    node: process.execPath,
    program: PROGRAM,
    workspace: workspaceRoot,
    ...defined({ home }),
  });
  return [
    '--settings',
    JSON.stringify({
      hooks: Object.fromEntries(Object.entries(hooks).map(([event, group]) => [event, [group]])),
    }),
  ];
}

/** By what claude calls the error, then by the status of the endpoint. */
function failureOf(state: TranscriptState, end: ProcessEnd): FailureCode | undefined {
  const { result, error, retrying } = state;
  const status = result === undefined ? retrying : (result.api_error_status ?? undefined);
  if (result !== undefined && !result.is_error && result.subtype === 'success')
    return end.exitCode === 0 ? undefined : 'crashed';
  const named = FAILURE_OF_SUBTYPE.get(result?.subtype ?? '') ?? FAILURE_OF_ERROR.get(error ?? '');
  if (named !== undefined) return status === 529 ? 'rate-limited' : named;
  if (status !== undefined && status > 0) return failureOfStatus(status);
  return LOGIN_BANNER.test(state.plain) || LOGIN_BANNER.test(end.stderrTail.trim())
    ? 'auth-required'
    : 'crashed';
}

function explain(
  { result, error, retrying, plain }: TranscriptState,
  failure: FailureCode | undefined,
): string {
  if (failure === undefined) return '';
  if (result === undefined)
    return retrying === undefined
      ? `It ended without a result${plain === '' ? '' : `: ${plain}`}.`
      : `It was still asking an endpoint that answered ${retrying || 'nothing'}.`;
  const code = [
    result.subtype === 'success' ? '' : result.subtype,
    error ?? '',
    result.api_error_status ?? '',
  ]
    .filter((part) => part !== '')
    .join(', ');
  return `It reported ${code || 'an error'}: ${(result.result ?? 'no reason').replace(/\s+/g, ' ').slice(0, 300)}`;
}
