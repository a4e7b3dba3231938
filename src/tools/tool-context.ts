/** What the calling interface gives a tool. */
import type { Step } from '../governance/guard/shell-types.js';
import type { ReadScope } from '../governance/scoped-snapshot.js';
import type { Action, Reason, Verdict } from '../governance/types.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import type { Findings } from '../report/types.js';
import type { Change, CommitResult, Notice, Snapshot, Workspace } from '../workspace/types.js';
import type { ToolAnswer } from './tool.js';

/** What tools tell of the running pass. */
export type ToolPass = {
  readonly runId: string;
  readonly project: string | undefined;
  readonly prompt: string;
  readonly brief: { readonly mayWrite: readonly string[]; readonly budget: object };
};

export type Edit = {
  readonly changes: readonly Change[];
  readonly notices?: readonly Notice[];
  readonly bundle?: string;
  /** Why, for the change log. */
  readonly reason: string;
  /** The audit row's type, target and detail. */
  readonly audit: { readonly type: string; readonly target: string; readonly detail: string };
  /**
   * How the caller named a file, where that is not its path: a link or other case is judged too.
   */
  readonly named?: { readonly path: string; readonly as: string };
};

/**
 * Called on the snapshot that the commit is computed from, under its mutex. @param seen what the
 * caller may see of it. @throws what the caller is told instead.
 */
export type EditPlan = (seen: Snapshot, whole: Snapshot) => Edit;

export type EditOptions = {
  /** The owner may change protected files this way, and signs afterwards. */
  readonly mayTouchProtected?: boolean;
  /** Calling the tool is the permission: the files are judged, but not the scope. */
  readonly entrusted?: boolean;
};

/** @throws NocturneError `USAGE` for a rule that does not exist. */
export type Check = (snapshot: Snapshot, rule: string | undefined) => Promise<Findings>;

export type ToolAsked = {
  readonly actions: readonly Action[];
  readonly snapshot?: Snapshot;
  readonly also?: readonly Reason[];
};

export type ToolContext = {
  readonly workspace: Workspace;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** `undefined`: the caller has none, for the reason `why`. */
  readonly pass?: ToolPass;
  readonly why?: string;
  /** What the caller may see; `undefined`: everything. */
  readonly scope?: ReadScope;
  /** A line for whoever runs the door. */
  say(line: string): void;
  /** The workspace as the caller sees it. */
  seen(): Snapshot;
  /** Whether it may be done. A refusal of a pass is on record. */
  judge(asked: ToolAsked): {
    readonly verdict: Verdict;
    readonly reasons: readonly Reason[];
    readonly text: string;
  };
  /**
   * Judges and commits in the caller's name. @param what as in "a write". @throws NocturneError
   * `REFUSED` with its reasons, on record; for a caller who only reads as well.
   */
  change(what: string, plan: EditPlan, options?: EditOptions): CommitResult;
  /** How a change through this door stands in the logs. */
  readonly through: string;
  /** The checks as the command line runs them, where the door has them. */
  readonly check?: Check;
  /** Of findings those that the caller may be told of. */
  visibleFindings(found: readonly Diagnostic[]): readonly Diagnostic[];
  /** Where the door can run programs: in the folder of the pass, inside its sandbox. */
  readonly programs?: {
    readonly folder: string;
    run(steps: readonly Step[]): Promise<ToolAnswer>;
  };
};
