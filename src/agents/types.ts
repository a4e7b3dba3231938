/** The interface of agent runners, and the brief that they get. */
import type { AssertionResult, Capability } from '../governance/types.js';
import type { Tool, ToolAnswer } from '../tools/tool.js';
import type { KeptSession, KeptTalk, TalkEntry } from './kept-run.js';
import type { ReachedLimit } from './reached-limit.js';
import type { ModelAccess } from './model-access.js';
import type { Patience } from './standstill.js';
import type { Sandbox, SandboxSettings } from './sandbox.js';

export const FAILURE_CODES = [
  'auth-required',
  'rate-limited',
  'transient',
  'over-budget',
  'limit-reached',
  'stuck',
  'crashed',
  'refused',
  'not-found',
  'timed-out',
  'cancelled',
  'output-flood',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** A piece of the prompt. Text from the workspace is data, never an instruction. */
export type Fragment = {
  readonly title: string;
  readonly source: string;
  readonly sha256: string;
  readonly text: string;
  readonly trust: 'instruction' | 'data';
};

export type Budget = {
  readonly maxMinutes: number;
  readonly maxTokens: number | undefined;
  readonly maxCost: number | undefined;
  readonly idleSeconds: number;
  readonly patience: Patience;
  readonly contextBudget: number;
};

export type Brief = {
  readonly runId: string;
  readonly token: string;
  readonly role: 'worker' | 'manager';
  readonly project: string;
  readonly objective: string;
  readonly fragments: readonly Fragment[];
  readonly mayWrite: readonly string[];
  readonly mustNot: readonly string[];
  readonly budget: Budget;
  /** By these the pass is graded, and by the stop condition the phase ends: as they are now. */
  readonly criteria: readonly AssertionResult[];
  readonly stopCondition: readonly AssertionResult[];
  /** Names of the programs that the agent may run. */
  readonly programs: readonly string[];
  readonly sandbox: string;
};

/** A runner as the owner defined it in `orchestration-os/RUNNERS.md`. */
export type RunnerSpec = {
  readonly name: string;
  /** `command`, `chat`, or a kind that an installed host brings. */
  readonly kind: string;
  /** command: program and arguments, no shell. */
  readonly program: string;
  readonly args: readonly string[];
  /** Base URL of its model, and the name of the environment variable with the key. */
  readonly endpoint: string;
  readonly apiKeyEnv: string;
  /** Environment variables passed on, in addition to PATH, HOME, LANG and TZ. */
  readonly passEnv: readonly string[];
  /** Variables that hold keys of models: neither they nor their values are passed on. */
  readonly keys: readonly string[];
  readonly sandbox: SandboxSettings;
  /** What the agent may call of the command line and the tools. */
  readonly capability: Capability;
};

/** The agent's report, from the last `nocturne-report` block of its output. */
export type AgentReport = {
  readonly summary: string;
  readonly outputs: readonly string[];
  readonly answers:
    | { readonly nonObvious: boolean; readonly durable: boolean; readonly compounding: boolean }
    | undefined;
  readonly nextObjective: string | undefined;
  readonly lessons: readonly {
    readonly kind: string;
    readonly observation: string;
    readonly evidence: string;
  }[];
  readonly failureModes: readonly {
    readonly symptom: string;
    readonly detection: string;
    readonly cause: string;
    readonly fix: string;
    readonly prevention: string;
  }[];
  readonly escalation: { readonly priority: string; readonly question: string } | undefined;
  readonly problems: readonly string[];
};

export type Usage = {
  readonly tokensIn: number | undefined;
  readonly tokensOut: number | undefined;
  readonly cost: number | undefined;
};

export type RunEvent =
  | { readonly kind: 'started'; readonly pid?: number }
  | { readonly kind: 'output'; readonly bytes: number; readonly tail: string }
  | {
      readonly kind: 'tool';
      readonly name: string;
      readonly verdict: 'allow' | 'deny';
      readonly detail: string;
    }
  | {
      readonly kind: 'retry';
      readonly attempt: number;
      readonly waitMs: number;
      readonly why: string;
    }
  | { readonly kind: 'heartbeat' };

export type Spending = 'enforced' | 'not enforced';

export type RunOutcome = {
  readonly kind: 'finished' | 'failed';
  readonly failure?: FailureCode;
  /** For people; code does not branch on it. */
  readonly detail: string;
  /** It was stopped because it repeated itself, not because nothing was heard of it. */
  readonly circled?: true;
  readonly usage: Usage;
  /**
   * `enforced`: each call was counted, and refused where it did not fit. `not enforced`: the usage
   * is what the runner reports.
   */
  readonly spending?: Spending;
  readonly report: AgentReport;
  /** The last 8 KiB that the agent printed. */
  readonly tail: string;
  /** All of it, at most 1 MiB, where an answer was wanted. */
  readonly answer?: string;
  readonly model: string;
  /** Refused the last call. With the failure `limit-reached` the pass parks. */
  readonly limit?: ReachedLimit;
  /** The runner's own session, where it can go on with it. */
  readonly session?: string;
};

export type ToolResult = { readonly ok: boolean; readonly text: string };
/** The tools of a `chat` agent, bound to its pass. */
export interface AgentTools {
  readonly list: readonly Tool[];
  /** @throws NocturneError for what cannot be done. */
  call(tool: Tool, sent: unknown): Promise<ToolAnswer>;
}

export type RunInput = {
  readonly brief: Brief;
  readonly prompt: string;
  /**
   * `answer`: to one question, in one turn without tools. `result`: of a program, which gives no
   * report. Default: work, and a report about it.
   */
  readonly wants?: 'answer' | 'result';
  readonly spec: RunnerSpec;
  readonly model: string;
  /** Where the agent works: the project's folder. */
  readonly cwd: string;
  readonly workspaceRoot: string;
  readonly tools: AgentTools;
  /** The sandbox for the runner's program. */
  readonly sandbox?: Sandbox;
  /** Where its model is reached, and with which token, instead of the endpoint and its key. */
  readonly access?: ModelAccess;
  /** Whether criteria or stop condition are nearer to holding than when this was last asked. */
  readonly hasComeNearer?: () => Promise<boolean>;
  /** Where the files that the agent writes are on the disk. Default: `cwd`. */
  readonly workFolder?: string;
  /** A run that stopped at its limit goes on; `prompt` says what has changed since. */
  readonly resume?: KeptTalk | KeptSession;
  /** Durable when it returns. */
  readonly keep?: (entry: TalkEntry) => void;
  readonly signal: AbortSignal;
  readonly on: (event: RunEvent) => void;
};

export interface Runner {
  readonly name: string;
  run(input: RunInput): Promise<RunOutcome>;
}

export const NO_USAGE: Usage = { tokensIn: undefined, tokensOut: undefined, cost: undefined };

/** Known to be nothing, unlike what nobody reported. */
export const NOTHING_USED: Usage = { tokensIn: 0, tokensOut: 0, cost: 0 };

/** Unknown plus unknown stays unknown. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    tokensIn: add(a.tokensIn, b.tokensIn),
    tokensOut: add(a.tokensOut, b.tokensOut),
    cost: add(a.cost, b.cost),
  };
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}
