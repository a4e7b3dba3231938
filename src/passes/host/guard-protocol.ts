/**
 * What is said over the guard's socket: one JSON document a line each way, a request with its `id`,
 * an answer with the same.
 */
import { z } from 'zod';
import type { ReasonCode, Verdict } from '../../governance/types.js';
import type { ExitCode } from '../../kernel/error.js';
import type { RunLook, WatchedRun } from '../automation-watch.js';
import type { HostSession } from '../types.js';

export const PROTOCOL = 1;

const id = z.number();
/** A host by its name; which ones are installed is known where it is judged. */
const host = z.string().min(1);
const session = z.strictObject({ host, id: z.string().min(1) });
const count = z.number().nonnegative().optional();
const usage = z.strictObject({ tokensIn: count, tokensOut: count, cost: count });
const automation = z.strictObject({ by: host, id: z.string().min(1), name: z.string() });
const ended = z.strictObject({ status: z.enum(['ok', 'error', 'skipped']), why: z.string() });
const run = z.string().min(1);
const caller = {
  token: z.string().optional(),
  session: session.optional(),
  governed: z.boolean().optional(),
};

export const guardRequest = z.discriminatedUnion('op', [
  z.strictObject({ id, op: z.literal('hello'), protocol: z.number() }),
  /** Answered with the brief, or with how the pass was over before an agent was needed. */
  z.strictObject({
    id,
    op: z.literal('begin'),
    role: z.enum(['worker', 'manager']),
    session,
    project: z.string().optional(),
  }),
  z.strictObject({
    id,
    op: z.literal('judge'),
    ...caller,
    tool: z.string(),
    params: z.record(z.string(), z.unknown()),
    host,
    callId: z.string().optional(),
    cwd: z.string().optional(),
  }),
  /** A tool has run: what it changed is to be seen by the next judgement. */
  z.strictObject({ id, op: z.literal('acted') }),
  z.strictObject({ id, op: z.literal('spawned'), callId: z.string(), child: z.string() }),
  z.strictObject({ id, op: z.literal('spawn-failed'), callId: z.string(), why: z.string() }),
  z.strictObject({ id, op: z.literal('progress'), child: z.string(), note: z.string() }),
  z.strictObject({
    id,
    op: z.literal('ended'),
    child: z.string(),
    outcome: z.enum(['ok', 'failed', 'timeout']),
    detail: z.string(),
  }),
  z.strictObject({ id, op: z.literal('heartbeat'), session }),
  z.strictObject({
    id,
    op: z.literal('end'),
    session,
    report: z.string(),
    usage,
    model: z.string(),
    failed: z.string().optional(),
  }),
  /** The runs of automations that the host starts itself: see `AutomationWatch`. */
  z.strictObject({ id, op: z.literal('run-begins'), automation, pid: z.number() }),
  z.strictObject({ id, op: z.literal('run-printed'), run, text: z.string() }),
  z.strictObject({ id, op: z.literal('run-look'), run }),
  z.strictObject({ id, op: z.literal('run-ended'), run, end: ended }),
  z.strictObject({
    id,
    op: z.literal('run-unseen'),
    automation,
    started: z.iso.datetime(),
    end: ended,
    why: z.string(),
  }),
  z.strictObject({ id, op: z.literal('status') }),
]);

export type GuardRequest = z.infer<typeof guardRequest>;
type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never;
export type GuardAsked = WithoutId<GuardRequest>;

export type GuardFailure = {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
};
export type GuardResponse = { readonly id: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: GuardFailure }
);

export type JudgeAnswer = {
  readonly verdict: Verdict;
  readonly text: string;
  readonly reasons: readonly {
    readonly code: ReasonCode;
    readonly message: string;
  }[];
  /** Of a command that is allowed in a pass: what to run in its place. */
  readonly command?: string;
  /** Of a spawn that is allowed: what its sub-agent has to be told. */
  readonly instruction?: string;
};
export type BeginAnswer =
  | {
      readonly kind: 'brief';
      readonly runId: string;
      readonly token: string;
      readonly project: string | undefined;
      readonly prompt: string;
      readonly mayWrite: readonly string[];
    }
  | {
      readonly kind: 'over';
      readonly exit: ExitCode;
      readonly outcome: string;
      readonly runId: string | undefined;
    };
export type EndAnswer = {
  readonly exit: ExitCode;
  readonly outcome: string;
  readonly runId: string | undefined;
};
export type StatusAnswer = {
  readonly workspace: string;
  readonly pid: number;
  readonly since: string;
  readonly judged: number;
  readonly refused: number;
  /** `isRunning`: false for a pass that crashed. */
  readonly passes: readonly {
    readonly runId: string;
    readonly role: string;
    readonly project: string | undefined;
    readonly started: string;
    readonly session: string | undefined;
    readonly isRunning: boolean;
  }[];
  readonly gate: { readonly ok: boolean; readonly problem: string | undefined };
  readonly ledger: boolean;
};
/** The answer to each request that has one worth reading. */
export type GuardAnswers = {
  readonly begin: BeginAnswer;
  readonly judge: JudgeAnswer;
  readonly end: EndAnswer;
  readonly status: StatusAnswer;
  readonly 'run-begins': WatchedRun | null;
  readonly 'run-look': RunLook | null;
  readonly 'run-ended': string | null;
  readonly heartbeat: { readonly until: string };
  readonly hello: {
    readonly protocol: number;
    readonly pid: number;
    /** Those in which passes are stored, running or not. */
    readonly sessions: readonly HostSession[];
  };
};
