/** What a pass knows of a module: which files it watches, and what it does when they changed. */
import type { RunnerKind } from '../agents/runner-for.js';
import type { ModelAccess } from '../agents/model-access.js';
import type { AgentReport, Budget, Fragment, RunEvent } from '../agents/types.js';
import type { AlikePart } from '../governance/quality/repeats.js';
import type { Offer, Unit, UnitVerdict } from '../governance/unit.js';
import type { ReadScope } from '../governance/scoped-snapshot.js';
import type { Capability } from '../governance/types.js';
import type { CommandRunner } from '../governance/conditions/command-runner.js';
import type { RuleFinding } from '../governance/rule-finding.js';
import type { Observation } from '../kernel/observation.js';
import type { Tool } from '../tools/tool.js';
import type { WorkspaceRule } from '../validate/rule.js';
import type { ChangeSet, Snapshot, Workspace } from '../workspace/types.js';
import type { SandboxInForce } from '../agents/sandbox.js';
import type { AutomationWatch, WatchContext } from './automation-watch.js';
import type { GradeAnswer, ToGrade } from './judge/grade-question.js';
import type { PassCopy } from './copy/pass-copy.js';
import type { Difference } from './reconcile/differences.js';
import type { SpawnLedger } from './spawn-ledger.js';
import type { Undone } from './types.js';

export type FileChange = { readonly path: string; readonly kind: 'added' | 'changed' | 'deleted' };

export type ModuleContext = {
  readonly workspace: Workspace;
  /** The workspace as the caller sees it. */
  readonly snapshot: Snapshot;
  /** The pass in which it runs; empty outside of one. */
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
};

/**
 * `project`, `report`: of the worker pass that just worked; nothing in a manager pass or outside of
 * one.
 */
export type SweepContext = ModuleContext & {
  readonly project: string | undefined;
  readonly report: AgentReport | undefined;
};
/** What is to be committed, in the name of whoever asked. */
export type ModuleChange = Pick<ChangeSet, 'reason' | 'changes' | 'bundle' | 'audit' | 'notices'>;
export type BeforeContext = {
  readonly snapshot: Snapshot;
  /** The state directory, for numbers that are never given twice. */
  readonly state: string;
  /** For audit rows; empty outside of a pass. */
  readonly step: string;
};
/** `capability`: of the pass; what a brief quotes is what its agent may read. */
export type FragmentContext = ModuleContext & {
  readonly project: string | undefined;
  readonly unit?: Unit;
  /** Globs of the workspace. */
  readonly writes: readonly string[];
  readonly capability: Capability;
};
/**
 * `texts`: what is asked about. `among`: files that matter; of these, what `scope` may not see is
 * never told. `records`: only records of this object, compared with this field of theirs (`line`
 * is then the record's); else passages of files.
 */
export type AlikeContext = ModuleContext & {
  readonly scope: ReadScope;
  /** Each is read when it is asked for: a pass may leave thousands. */
  readonly texts: readonly (() => string)[];
  readonly among: (path: string) => boolean;
  readonly records?: { readonly object: string; readonly field: string };
};
/** `used`: sources of the fragments that the prompt really had. */
export type RecordContext = {
  readonly snapshot: Snapshot;
  readonly project: string | undefined;
  readonly runId: string;
  readonly used: ReadonlySet<string>;
};

/** A file that the agent changed, or changed in a commit of its own. */
export type ExaminedChange = Pick<Difference, 'path' | 'kind' | 'before' | 'after'> & {
  readonly commit?: string;
};
export type RefusedPath = { readonly path: string; readonly why: string };
/**
 * `snapshot`: the workspace before the agent began, so that no agent changes what it is judged by.
 * `refused`: what the guard does not allow, which is undone in any case.
 */
export type ExamineContext = ModuleContext & {
  readonly project: string | undefined;
  readonly unit?: Unit;
  readonly writes: readonly string[];
  readonly changes: readonly ExaminedChange[];
  readonly refused: () => readonly RefusedPath[];
  /** The last of what the agent printed. */
  readonly tail: string;
  /** Runs a program on the files as the agent left them; what it writes is dropped. */
  readonly command: CommandRunner;
};

/** The pass that has this unit. `consumed`: what it consumes, by its hash now. */
export type UnitContext = BeforeContext & {
  readonly runId: string;
  readonly consumed: Readonly<Record<string, string>>;
};

/** The copy of a pass that has this unit. @see PassCopy */
export type UnitCopyContext = KeptContext & { readonly runId: string; readonly copy: PassCopy };
export type PerformContext = ModuleContext & {
  readonly copy: PassCopy;
  readonly sandbox: SandboxInForce;
};
/** What an agent did for a unit that keeps its changes. */
export type UnitWork = BeforeContext & {
  readonly verdict: UnitVerdict;
  /** What it was allowed to change. */
  readonly accepted: readonly Difference[];
  readonly undone: readonly Undone[];
  readonly copy: PassCopy;
  readonly report: AgentReport;
};

/** `findings`: what the rules found. `snapshot`: the workspace as the pass would leave it. */
export type LooksContext = UnitWork & { readonly findings: readonly RuleFinding[] };
/** Who has to look at changes before they are accepted, and why: one sentence each. */
export type UnitLook = {
  readonly who: 'none' | 'grader' | 'owner';
  readonly why: readonly string[];
};

/** One runner of one pass wants to reach its model. */
export type AccessContext = ModuleContext & {
  /** As in the run's record; empty for idle work. */
  readonly project: string;
  /** `worker`, or the tier of a judge: a pass may ask for each. */
  readonly use: string;
  readonly runner: string;
  readonly model: string;
  readonly endpoint: string;
  /** Empty: the endpoint needs no key. */
  readonly apiKeyEnv: string;
  readonly limits: Pick<Budget, 'maxTokens' | 'maxCost'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Also what costs nothing is counted, because another node asks for it. */
  readonly forOthers?: true;
};

/** Something that happened in a pass and is committed. */
export type PassEvent = {
  readonly kind: 'briefing.ready';
  readonly time: string;
  readonly body: string;
};

/** `state`: the state directory. */
export type KeptContext = { readonly snapshot: Snapshot; readonly state: string };
export type SinceContext = { readonly snapshot: Snapshot; readonly since: Date };
/** `runs`: the passes that the line tells about, which are not told about once more. */
export type Failure = { readonly line: string; readonly runs?: readonly string[] };
/** `lines`: what needs attention. `facts`: everything, for programs. */
export type ModuleState = { readonly lines: readonly string[]; readonly facts: unknown };

export type ServeContext = {
  readonly workspace: Workspace;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Those that REGISTRY.md enables now. */
  readonly modules: () => readonly PassModule[];
  /** The kinds of runners that the installed hosts bring. */
  readonly runners: readonly RunnerKind[];
  readonly say: (line: string) => void;
};
/** A long-running part. `run` returns only after the signal; whatever else ends it is a failure. */
export type Service = {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
};

/** The judgement of a grader on another machine. `unknown`: it did not say it in time. */
export type GradedElsewhere =
  | { readonly kind: 'answered'; readonly by: string; readonly answer: GradeAnswer }
  | { readonly kind: 'unknown'; readonly why: string };

export interface PassModule {
  /** As in R8 of REGISTRY.md, which says whether it is enabled and what it watches. */
  readonly name: string;
  /**
   * Idempotent: the same change may be reported twice. Returns what is to be committed, if
   * anything.
   */
  onChange(
    changes: readonly FileChange[],
    context: ModuleContext,
  ): Promise<ChangeSet | undefined> | ChangeSet | undefined;
  /**
   * T1 of a worker pass, after the owner's answers were taken in and before a project is chosen.
   * Pure; called under the commit mutex, which it has until it waits for something.
   */
  before?(context: BeforeContext): ModuleChange | undefined | Promise<ModuleChange | undefined>;
  /** T1, after `before`: work for passes. Pure. The commands that look for work ask as well. */
  units?(context: KeptContext): Offer;
  /**
   * T4, in the commit that claims this unit of the module: the pass has it.
   * @throws NocturneError `CONFLICT` if it is not offered any more: the pass chooses again.
   */
  started?(unit: Unit, context: UnitContext): ModuleChange | undefined;
  /** T4: puts into the copy of a unit what its work begins with; it counts as its work. */
  prepare?(unit: Unit, context: UnitCopyContext): void;
  /**
   * T4: the work of a unit that says `byModule`. Returns what it did, in one sentence.
   * @throws NocturneError `CONFLICT` why it cannot be done: the unit is then broken.
   */
  perform?(unit: Unit, context: PerformContext): Promise<string>;
  /**
   * T4: what the agent of a unit does and prints, while it works. Called up to four times a second.
   */
  heard?(unit: Unit, event: RunEvent, state: string): void;
  /**
   * T5, of a unit in a copy that is proved: who has to look at its changes. Without a grader, the
   * owner has to. Pure.
   */
  looks?(unit: Unit, context: LooksContext): UnitLook;
  /**
   * T5: the changes of a unit that says `keepsChanges`, or that the owner has to look at. Safe to
   * call again.
   */
  keep?(unit: Unit, work: UnitWork): void;
  /**
   * T6, in the commit that records the pass: how this unit of the module ended. A pass that dies
   * before has no verdict.
   */
  settled?(unit: Unit, verdict: UnitVerdict, context: BeforeContext): ModuleChange | undefined;
  /**
   * T4, before the tree is kept: what the brief of this pass should quote (an idle pass has no
   * project). `trust` is always `data`.
   */
  fragments?(context: FragmentContext): Promise<readonly Fragment[]> | readonly Fragment[];
  /**
   * T4, and each question to a judge: where the runner reaches its model instead of the endpoint;
   * nothing if this module does not stand between them.
   * @throws if it does, and cannot now: the runner is then not started.
   */
  modelAccess?(context: AccessContext): Promise<ModelAccess | undefined>;
  /**
   * T5, before anything that the agent changed is accepted. One finding that blocks undoes all of
   * it. What throws blocks as well.
   */
  examine?(context: ExamineContext): Promise<readonly RuleFinding[]>;
  /**
   * T5 and T7: for each text its passages, each with what the workspace says (nearly) the same;
   * nothing where the module does not know the texts of this workspace.
   */
  alike?(context: AlikeContext): Promise<readonly (readonly AlikePart[])[] | undefined>;
  /**
   * T5: an independent grader that the owner has on another machine; nothing where there is none.
   * It can lower a grade, as one here.
   */
  grade?(asked: () => ToGrade, context: ModuleContext): Promise<GradedElsewhere | undefined>;
  /** T6: what goes into the commit that records a pass whose agent ended its work. */
  recorded?(context: RecordContext): ModuleChange | undefined;
  /**
   * What is due whether or not a file changed: at T8 of a worker, T0 and T8 of a manager. Returns
   * what it did, in a few words each.
   */
  sweep?(context: SweepContext): Promise<readonly string[]> | readonly string[];
  /** For what goes out of the workspace, such as a message that the briefing is ready. */
  onEvent?(event: PassEvent, context: ModuleContext): Promise<void> | void;
  /** T2.5, for a runner with a key: why nothing may be spent now. */
  stopsSpending?(context: KeptContext): string | undefined;
  /** For the morning page: what went wrong since then in what the module keeps. */
  failures?(context: SinceContext): readonly Failure[];
  /** For the cost on the morning page: what the sums of the runs since then do not tell. */
  costs?(context: KeptContext & { readonly since: Date }): readonly string[];
  /** T9, for a pass whose calls were counted: what its audit row shows of the module's own log. */
  named?(context: KeptContext): string | undefined;
  /** For the progress on the morning page: what goes on or came to its end, one line each. */
  progress?(context: SinceContext): readonly string[];
  /** For `validate`, while the module is installed. */
  readonly rules?: readonly WorkspaceRule[];
  /** For `doctor`: what the owner should correct. */
  examined?(context: KeptContext): readonly Observation[];
  /** For `status`: how what the module keeps is now. */
  state?(context: KeptContext): ModuleState | undefined;
  /** What runs as long as `nocturne serve` or `nocturne schedule` does; restarted if it fails. */
  serve?(context: ServeContext): Service | readonly Service[] | undefined;
  /** Runs of automations that a host starts, in the module that judges them. */
  automationWatch?(context: WatchContext): AutomationWatch;
  /** Served while the module is enabled. */
  readonly tools?: readonly Tool[];
  /** The ledger of spawned tasks, in the module that keeps it. */
  spawnLedger?(workspace: Workspace): SpawnLedger;
}
