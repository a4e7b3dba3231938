/**
 * The runner of kind `openclaw`: one isolated turn without a gateway, which ends with one JSON
 * document.
 */
import { parsedJson } from '../../kernel/parsed-json.js';
import { mkdirSync, readdirSync, statSync } from '../../kernel/files.js';
import { join } from 'node:path';
import { z } from 'zod';
import { failureOfStatus } from '../../agents/classify-request-error.js';
import { printable } from '../../agents/output-tail.js';
import { emptyReport, readReport } from '../../agents/parse-report.js';
import type { ProcessEnd } from '../../agents/process-group.js';
import {
  filledArguments,
  programRunner,
  type ProgramRunnerOptions,
  type RunFiles,
} from '../../agents/program-runner.js';
import {
  type FailureCode,
  type RunInput,
  type Runner,
  type Usage,
  NO_USAGE,
} from '../../agents/types.js';
import { defined } from '../../kernel/defined.js';

const count = z.number().nonnegative().nullish().catch(undefined);
const text = z.string().nullish().catch(undefined);
const Tokens = z
  .object({ input: count, output: count, cacheRead: count, cacheWrite: count })
  .nullish()
  .catch(undefined);
const Payloads = z
  .array(z.object({ text, isError: z.boolean().nullish().catch(undefined) }))
  .nullish()
  .catch(undefined);
const Failed = z.object({ message: text, kind: text, type: text }).nullish().catch(undefined);
const Meta = z
  .object({
    agentMeta: z.object({ usage: Tokens, costUsd: count, model: text }).nullish().catch(undefined),
    error: Failed,
    aborted: z.boolean().nullish().catch(undefined),
  })
  .nullish()
  .catch(undefined);
/** What `agent exec` prints, or `agent --local` (`payloads` and `meta`, alone or as `result`). */
const Envelope = z.object({
  ok: z.boolean().nullish().catch(undefined),
  status: text,
  final: text,
  payloads: Payloads,
  usage: Tokens,
  costUsd: count,
  model: text,
  error: Failed,
  meta: Meta,
  result: z.object({ payloads: Payloads, meta: Meta }).nullish().catch(undefined),
});
type RunOutput = {
  readonly answer: string;
  readonly failed: { readonly kind: string; readonly message: string } | undefined;
  readonly usage: Usage;
  readonly model: string | undefined;
};

/** Kinds and reasons by which openclaw names an error. */
const FAILURE_OF_KIND: ReadonlyMap<string, FailureCode> = new Map([
  ['auth', 'auth-required'],
  ['auth_permanent', 'auth-required'],
  ['session_expired', 'auth-required'],
  ['billing', 'over-budget'],
  ['context_overflow', 'over-budget'],
  ['rate_limit', 'rate-limited'],
  ['overloaded', 'rate-limited'],
  ['server_error', 'transient'],
  ['timeout', 'transient'],
  ['model_not_found', 'not-found'],
  ['refusal', 'refused'],
]);
const TIMED_OUT_EXIT = 2;
/** At the beginning of a line of its log, where the model cannot write. */
const DECISION = /^\[model-fallback\/decision\] [^\n]*? reason=([a-z_]+)/m;

/** The host gives this status in no field, only at the beginning of its message. */
const STATUS_BANNER = /^Authentication failed \(provider returned HTTP (\d{3})\)/;

export function openclawRunner(options: ProgramRunnerOptions): Runner {
  return programRunner(
    'openclaw',
    (input, files) => {
      const state = join(files.folder, 'openclaw');
      mkdirSync(state, { recursive: true, mode: 0o700 });
      return {
        program: input.spec.program || 'openclaw',
        args: argumentsOf(input, files, state),
        stdin: '',
        // It prints nothing until it has finished, but writes each step to its state.
        signOfLife: () => newest(state),
        read(end) {
          const output = readOutput(end.stdout);
          const failure = failureOf(output, end);
          const { report, found } =
            output === undefined || output.answer === ''
              ? { report: emptyReport(['OpenClaw ended without an answer.']), found: false }
              : readReport(output.answer);
          return {
            usage: output?.usage ?? NO_USAGE,
            report,
            tail: output?.answer ? printable(output.answer).slice(-8192) : end.tail,
            model: output?.model ?? input.model,
            notes: [explain(output), found ? '' : 'It gave no report.'],
            ...defined({ failure }),
          };
        },
      };
    },
    options,
  );
}

function explain(output: RunOutput | undefined): string {
  if (output === undefined) return 'It printed no result.';
  if (output.failed === undefined) return '';
  const { kind, message } = output.failed;
  return `It reported ${kind || 'an error'}: ${message.replace(/\s+/g, ' ').slice(0, 300)}`;
}

/** The owner's arguments follow ours; if they begin with `agent`, they replace ours. */
function argumentsOf(input: RunInput, files: RunFiles, state: string): readonly string[] {
  const own = filledArguments(input, files);
  if (own[0] === 'agent') return own;
  const seconds = Math.max(30, Math.floor(input.brief.budget.maxMinutes * 60) - 15);
  return [
    'agent',
    'exec',
    '--json',
    '--message-file',
    files.prompt,
    '--cwd',
    input.cwd,
    ...(own.includes('--state-dir') ? [] : ['--state-dir', state]),
    '--timeout',
    String(seconds),
    ...(input.model === '' ? [] : ['--model', input.model]),
    ...own,
  ];
}

/** By exit code, kind of error, and the reason in its log of the decision. */
function failureOf(output: RunOutput | undefined, end: ProcessEnd): FailureCode | undefined {
  if (output !== undefined && output.failed === undefined && end.exitCode === 0) return undefined;
  if (end.exitCode === TIMED_OUT_EXIT) return 'timed-out';
  const status = STATUS_BANNER.exec(output?.failed?.message ?? '')?.[1];
  return (
    FAILURE_OF_KIND.get(output?.failed?.kind ?? '') ??
    FAILURE_OF_KIND.get(DECISION.exec(end.stderrTail)?.[1] ?? '') ??
    failureOfStatus(Number(status ?? 0))
  );
}

/** Some versions print a line before the document. */
function readOutput(stdout: string): RunOutput | undefined {
  const from = stdout.startsWith('{') ? 0 : stdout.indexOf('\n{') + 1;
  const read = Envelope.safeParse(parsedJson(stdout.slice(from)));
  if (!read.success) return undefined;
  const { data } = read;
  const meta = data.meta ?? data.result?.meta;
  const payloads = data.payloads ?? data.result?.payloads ?? [];
  const error = data.error ?? meta?.error;
  const broken =
    data.ok === false ||
    error != null ||
    meta?.aborted === true ||
    payloads.some((payload) => payload.isError === true);
  const tokens = data.usage ?? meta?.agentMeta?.usage;
  const answer = data.final ?? payloads.map((payload) => payload.text ?? '').join('\n');
  return {
    answer,
    failed: broken
      ? {
          kind: error?.kind ?? error?.type ?? (data.status === 'timeout' ? 'timeout' : ''),
          message: error?.message ?? (answer || 'no reason was given'),
        }
      : undefined,
    usage: {
      tokensIn: sum(tokens?.input, tokens?.cacheRead, tokens?.cacheWrite),
      tokensOut: tokens?.output ?? undefined,
      cost: data.costUsd ?? meta?.agentMeta?.costUsd ?? undefined,
    },
    model: data.model ?? meta?.agentMeta?.model ?? undefined,
  };
}

/** When any file of its state changed last. */
function newest(folder: string): string {
  const changed = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(
      (entry) =>
        statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    );
  return String(Math.max(0, ...changed));
}

function sum(...parts: readonly (number | null | undefined)[]): number | undefined {
  const numbers = parts.filter((part) => typeof part === 'number');
  return numbers.length === 0 ? undefined : numbers.reduce((all, part) => all + part, 0);
}
