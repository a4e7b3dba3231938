/** A pass: what is known of it so far, the steps it goes through, and what ends it early. */
import type { RunnerKind } from '../agents/runner-for.js';
import type { SandboxInForce } from '../agents/sandbox.js';
import type { Brief, RunOutcome, RunnerSpec } from '../agents/types.js';
import type { ExitCode } from '../kernel/error.js';
import type { AssertionResult, Capability } from '../governance/types.js';
import type { Workspace } from '../workspace/types.js';
import type { PassModule } from './module.js';

export type Role = 'worker' | 'manager';
export type StepId =
  | 'T0'
  | 'T1'
  | 'T1.5'
  | 'T2'
  | 'T2.5'
  | 'T2.7'
  | 'T3'
  | 'T3.5'
  | 'T4'
  | 'T5'
  | 'T6'
  | 'T7'
  | 'T8'
  | 'T9';

/** What the manager found about one project since its last review. */
export type ProjectReview = {
  readonly slug: string;
  readonly passes: number;
  readonly grades: readonly string[];
  readonly costPerOutput: number | undefined;
  readonly verdict: 'STRONG' | 'ADEQUATE' | 'WEAK' | 'FAIL';
  readonly trend: 'up' | 'level' | 'down' | 'unknown';
  readonly direction: string;
  readonly rationale: string;
};

export type PassRequest = {
  readonly role: Role;
  /** Only this project; else the one that dispatch chooses. */
  readonly project?: string;
  /** A runner of RUNNERS.md instead of the project's and the tier's. */
  readonly runner?: string;
};

/** What surrounds a pass: handles and injected things, never stored. */
export type PassEnvironment = {
  readonly workspace: Workspace;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The modules that are installed; T8 runs those that REGISTRY.md enables. */
  readonly modules: readonly PassModule[];
  /** The kinds of runners that the installed hosts bring. */
  readonly runners: readonly RunnerKind[];
};

export type BaselineFile = {
  readonly hash: string;
  readonly mode: number;
  readonly size: number;
  readonly mtimeMs: number;
};
/**
 * The tree before the agent touched it: content is in the object store. `links`: symbolic links and
 * their targets.
 */
export type Baseline = {
  readonly files: Readonly<Record<string, BaselineFile>>;
  readonly links: Readonly<Record<string, string>>;
};

export type ChosenTier = {
  readonly name: string;
  readonly runner: string;
  readonly model: string;
  readonly maxMinutes: number;
  readonly maxTokens?: number;
  readonly maxCost?: number;
  readonly downgraded?: string;
};

/**
 * A difference that the pass was not allowed to make, undone; the version it left is in
 * `.nocturne/kept/RUN/`.
 */
export type Undone = {
  readonly path: string;
  readonly code: string;
  readonly why: string;
  readonly kept: string | undefined;
};

/** `host`: its name; `id`: the host's own name of the session. */
export type HostSession = { readonly host: string; readonly id: string };

/** Plain data: what the steps know. `pass begin` stores it, `pass end` takes it up again. */
export type PassData = {
  readonly request: PassRequest;
  readonly driver: 'process' | 'host';
  /** The host's session in which the agent works: its tool calls are judged as this pass's. */
  readonly session?: HostSession;
  /** The host began the pass for the agent, and ends it when the agent's turn ends. */
  readonly endedBy?: 'host';
  /** What the agent may call of the command line and the tools. */
  readonly capability: Capability;
  readonly runId: string;
  readonly fence: number;
  readonly token: string;
  readonly started: string;
  readonly failures: number;
  /** What the worker works on; none in an idle or a manager pass. */
  readonly project?: string;
  readonly phase?: string;
  readonly phaseStarted?: string;
  readonly objective?: string;
  /** Projects that this pass found unable to go on, with what was done about it. */
  readonly turnedAway: readonly { readonly slug: string; readonly why: string }[];
  readonly idle?: {
    readonly tier: string;
    readonly objective: string;
    readonly writes: readonly string[];
  };
  readonly tier?: ChosenTier;
  readonly runner?: RunnerSpec;
  /** Around what nocturne starts for the pass; found out at T3. */
  readonly sandbox?: SandboxInForce;
  readonly writes: readonly string[];
  readonly tools?: readonly string[];
  readonly authorisations: readonly string[];
  readonly brief?: Brief;
  readonly prompt?: string;
  /** Sources of the fragments that are in the prompt. */
  readonly sources?: readonly string[];
  readonly baseline?: Baseline;
  /** The differences since the baseline were judged. */
  readonly settled?: boolean;
  /** What was judged is in the logs, and the owner was told. */
  readonly recorded?: boolean;
  readonly outcome?: RunOutcome;
  readonly refused: readonly string[];
  readonly outputs: readonly string[];
  readonly undone: readonly Undone[];
  readonly criteria: readonly AssertionResult[];
  readonly stop: readonly AssertionResult[];
  readonly quality?: 'STRONG' | 'ADEQUATE' | 'WEAK' | 'FAIL';
  readonly result?: string;
  /** Facts for the briefing and the manager's steps. */
  readonly notes: readonly string[];
  readonly reviews?: readonly ProjectReview[];
};

export type Pass = { readonly env: PassEnvironment; readonly data: PassData };

/**
 * Ends the steps; T9 still runs when the lock was taken. `exit` is the command's exit code,
 * `outcome` goes into the session registry.
 */
export type Halt = {
  readonly halt: true;
  readonly outcome: string;
  readonly exit: ExitCode;
  readonly data: PassData;
  /** A step threw: the pass broke down. A halt on purpose is none. */
  readonly broke?: true;
};

/** One step: a plain function from what is known to what is known, or a halt. */
export type Step = {
  readonly id: StepId;
  readonly title: string;
  readonly run: (pass: Pass) => Promise<Pass | Halt> | Pass | Halt;
};

export type PassReport = {
  readonly exit: ExitCode;
  readonly outcome: string;
  readonly data: PassData | undefined;
};

export function isHalt(value: Pass | Halt): value is Halt {
  return 'halt' in value;
}

export function withData(pass: Pass, data: Partial<PassData>): Pass {
  return { env: pass.env, data: { ...pass.data, ...data } };
}
