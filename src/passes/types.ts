/** A pass: the stages it goes through, each with what the next one needs, and its steps. */
import type { RunnerKind } from '../agents/runner-for.js';
import type { SandboxInForce } from '../agents/sandbox.js';
import type { Brief, RunOutcome, RunnerSpec } from '../agents/types.js';
import type { ExitCode } from '../kernel/error.js';
import type { RuleFinding } from '../governance/rule-finding.js';
import type { Unit, UnitVerdict } from '../governance/unit.js';
import type { IdleItem } from '../governance/idle-work.js';
import type { AssertionResult, Capability } from '../governance/types.js';
import type { Snapshot, Workspace } from '../workspace/types.js';
import type { Act } from './act.js';
import type { PassCopy } from './copy/pass-copy.js';
import type { MergedWork } from './repository/merged-work.js';
import type { CallRecord } from './call-record.js';
import type { Spent } from './judge/spent.js';
import type { Grade } from '../governance/quality/quality.js';
import type { Judged } from './manager/judgement.js';
import type { ProjectReview } from './manager/project-review.js';
import type { NightBudget } from './night-use.js';
import type { Resumption } from './parking/resumption.js';
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

export type PassRequest = {
  readonly role: Role;
  /** Only this project; else the one that dispatch chooses. */
  readonly project?: string;
  /** Only units that modules offer, neither passes of projects nor idle work. */
  readonly onlyUnits?: true;
  /** Of units only those of this module. */
  readonly onlyOf?: string;
  /** A runner of RUNNERS.md instead of the project's and the tier's. */
  readonly runner?: string;
};

/** What surrounds a pass: handles and injected things, never stored. */
export type PassEnvironment = {
  readonly workspace: Workspace;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Called when T0 is over: crashes are on record, and the pass has its claim. */
  readonly entered?: () => void;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The modules that are installed; T8 runs those that REGISTRY.md enables. */
  readonly modules: readonly PassModule[];
  /** The kinds of runners that the installed hosts bring. */
  readonly runners: readonly RunnerKind[];
  /** What the command that runs the passes may use, next to the owner's numbers. */
  readonly budget?: NightBudget;
};

export type BaselineFile = {
  readonly hash: string;
  readonly mode: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
};
/**
 * The tree before the agent touched it: content is in the object store. `links`: symbolic links and
 * their targets. `folders`: their permissions; earlier versions stored none.
 */
export type Baseline = {
  readonly files: Readonly<Record<string, BaselineFile>>;
  readonly links: Readonly<Record<string, string>>;
  readonly folders?: Readonly<Record<string, number>>;
};

export type ChosenTier = {
  readonly name: string;
  readonly runner: string;
  readonly model: string;
  readonly maxMinutes: number;
  readonly maxTokens?: number;
  readonly maxCost?: number;
};

/** A difference that was not allowed, undone; its version is in `.nocturne/kept/RUN/`. */
export type Undone = {
  readonly path: string;
  readonly code: string;
  readonly why: string;
  readonly kept: string | undefined;
};

/** `host`: its name; `id`: the host's own name of the session. */
export type HostSession = { readonly host: string; readonly id: string };

/** T0: the pass holds the lock and has a run id. */
export type Entered = {
  readonly request: PassRequest;
  readonly driver: 'process' | 'host';
  /** The host's session in which the agent works: its tool calls are judged as this pass's. */
  readonly session: HostSession | undefined;
  /** The host began the pass for the agent, and ends it when the agent's turn ends. */
  readonly endedBy: 'host' | undefined;
  readonly runId: string;
  readonly fence: number;
  readonly token: string;
  readonly started: string;
  readonly failures: number;
  /** Facts for the briefing and the manager's steps. */
  readonly notes: readonly string[];
  /** Why no agent began: what is left of the night is not enough. */
  readonly nightOver?: string;
};

/** T1: the project that dispatch chose; none: the pass is idle. */
export type Dispatched = Entered & {
  readonly project: string | undefined;
  /** Of the project's work; without one, the pass is the project's own. */
  readonly unit?: Unit;
  /** Projects that this pass found unable to go on, with what was done about it. */
  readonly turnedAway: readonly { readonly slug: string; readonly why: string }[];
};

/** T2, for idle work T1.5: what is to be done, and what may be written for it. */
export type Loaded = Entered & {
  readonly project: string | undefined;
  readonly unit?: Unit;
  readonly phase: string | undefined;
  /** Outputs from before this phase, according to the change log when the pass began. */
  readonly earlierOutputs: readonly string[];
  /** What log rows name: the project, the unit, or the tier of idle work. */
  readonly subject: string;
  /** The item of idle work; `undefined` for a project. */
  readonly idle: IdleItem | undefined;
  readonly objective: string;
  readonly writes: readonly string[];
  /** The programs that the project or its phase allows; `undefined`: the tool registry decides. */
  readonly tools: readonly string[] | undefined;
};

/** T2.5: who does it, with which model, and how long and how costly it may be. */
export type Budgeted = Loaded & {
  readonly tier: ChosenTier;
  readonly runner: RunnerSpec;
  /** What the agent may call of the command line and the tools. */
  readonly capability: Capability;
};

/** T3: everything that the agent's work requires is there and allowed. */
export type Chosen = Budgeted & {
  /** Around what nocturne starts for the pass. */
  readonly sandbox: SandboxInForce;
};

/** T4, first half: the agent can begin. What `pass begin` stores for `pass end`. */
export type Briefed = Composed & {
  readonly baseline: Baseline;
  /** Where the agent works; without one, it works in the workspace itself. */
  readonly copy?: PassCopy;
};

/** The brief is written, the tree not yet kept. */
export type Composed = Chosen & {
  readonly brief: Brief;
  readonly prompt: string;
  /** Sources of the fragments that are in the prompt. */
  readonly sources: readonly string[];
  /** It goes on with an earlier pass, or starts over instead. */
  readonly resumed?: Resumption;
};

/** T4, second half: the agent has ended, well or badly. */
export type Worked = Briefed & {
  readonly outcome: RunOutcome;
  /** What the agent called, where Nocturne started it. */
  readonly calls?: readonly CallRecord[];
};

/** T5, first half: what was out of bounds is undone, and what stays is on record. */
export type Reconciled = Worked & {
  /** Files that the agent made or changed. */
  readonly outputs: readonly string[];
  readonly gone: readonly string[];
  readonly undone: readonly Undone[];
  /** Files of which the owner's version stays, because both changed them. Not outputs. */
  readonly conflicts: readonly string[];
  /** In place: changes that may be the owner's, so they stay. Not outputs. */
  readonly unattributed: readonly string[];
  /** What the rules found; one that blocks has undone everything. */
  readonly findings: readonly RuleFinding[];
  /** Of a repository that is elsewhere. */
  readonly merged?: MergedWork;
  /** Of a unit in a copy, which is judged before its changes are accepted. */
  readonly proof?: UnitProof;
};
export type UnitProof = {
  readonly verdict: UnitVerdict;
  readonly criteria: readonly AssertionResult[];
  readonly spent?: Spent;
};

/** T5, second half. */
export type Graded = Reconciled &
  Spent & {
    readonly refused: readonly string[];
    readonly criteria: readonly AssertionResult[];
    /** The stop condition of the phase. */
    readonly stop: readonly AssertionResult[];
    readonly quality: Grade;
    /** Why it got this grade. */
    readonly reasons: readonly string[];
    /** It came nearer to the stop condition. */
    readonly progress: boolean;
    readonly novel: number;
    readonly verdict?: UnitVerdict;
    /** Why the phase did not end although its stop condition is met. */
    readonly held?: string;
  };

/** T6: recorded. */
export type Done = Graded;

/** T3 of the manager: what each project did since its last review. */
export type Compared = Entered & { readonly reviews: readonly ProjectReview[] };

/** T3 of the manager, second half: what a model thinks of it, where the owner has named one. */
export type Reviewing = Compared & Spent & { readonly judged: Judged };

/** T8 of the manager. */
export type Reviewed = Reviewing & { readonly result: string };

/** Wherever a pass may end. */
export type Stage =
  | Entered
  | Dispatched
  | Loaded
  | Budgeted
  | Chosen
  | Composed
  | Briefed
  | Worked
  | Reconciled
  | Graded
  | Compared
  | Reviewing
  | Reviewed;

/**
 * What a step sees: one snapshot, in which the acts of the steps before it are done, whether they
 * are committed yet or not. It is opened when first asked for.
 */
export type StepContext = {
  readonly env: PassEnvironment;
  readonly snapshot: Snapshot;
};

/** What a step returns: the next stage, and what is to be done to the workspace. */
export type Moved<Out> = { readonly stage: Out; readonly acts: readonly Act[] };

/**
 * Ends the steps; T9 still runs when the lock was taken. `exit` is the command's exit code,
 * `outcome` goes into the session registry.
 */
export type Halt = {
  readonly halt: true;
  readonly outcome: string;
  readonly exit: ExitCode;
  readonly stage: Stage;
  readonly acts: readonly Act[];
  /** What the pass was not allowed, for whoever started it. */
  readonly refused?: readonly string[];
  /** A step threw: the pass broke down. A halt on purpose is none. */
  readonly broke?: true;
};

/** One step: from a stage and a snapshot to the next stage and its acts, or a halt. */
export type Step<In, Out> = {
  readonly id: StepId;
  readonly title: string;
  /**
   * Its acts wait for the commit of the next step. Such a step changes nothing by itself, so it can
   * be taken again when the workspace has changed before that commit.
   */
  readonly waits?: true | ((stage: Stage) => boolean);
  readonly run: (stage: In, context: StepContext) => Moved<Out> | Halt | Promise<Moved<Out> | Halt>;
};

export function isHalt<T extends object>(value: T | Halt): value is Halt {
  return 'halt' in value;
}
