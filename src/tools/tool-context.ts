/** What the calling interface gives a tool. */
import type { Step } from '../governance/guard/shell-types.js';
import type { ReadScope } from '../governance/scoped-snapshot.js';
import type { Action, Reason, Verdict } from '../governance/types.js';
import type { NocturneError } from '../kernel/error.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import type { Findings } from '../report/types.js';
import type { Change, CommitResult, Notice, Snapshot, Workspace } from '../workspace/types.js';
import type { SeenFiles } from './seen-file.js';
import type { ToolAnswer } from './tool.js';

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
  readonly reason: string;
  readonly audit: { readonly type: string; readonly target: string; readonly detail: string };
  /** The caller has not seen what it would replace: thrown if nothing else is against the edit. */
  readonly stale?: NocturneError;
  /** How the caller named a file, if not by its path: a link or another case is judged too. */
  readonly named?: { readonly path: string; readonly as: string };
};

/**
 * Runs under the commit's mutex.
 * @param seen what the caller may see.
 * @throws what the caller is told.
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
  /** `undefined`: the caller has none, because of `why`. */
  readonly pass?: ToolPass;
  readonly why?: string;
  /** `undefined`: everything. */
  readonly scope?: ReadScope;
  say(line: string): void;
  /** The workspace as the caller sees it. */
  seen(): Snapshot;
  /** What the pass has read; without a pass nobody remembers it. */
  readonly files?: SeenFiles;
  /** A refusal of a pass is recorded. */
  judge(asked: ToolAsked): {
    readonly verdict: Verdict;
    readonly reasons: readonly Reason[];
    readonly text: string;
  };
  /** Judges and commits. @param what as in "a write". @throws NocturneError `REFUSED`, recorded. */
  change(what: string, plan: EditPlan, options?: EditOptions): CommitResult;
  /** How the logs name this interface. */
  readonly through: string;
  readonly check?: Check;
  visibleFindings(found: readonly Diagnostic[]): readonly Diagnostic[];
  /** Runs programs in the folder of the pass, inside its sandbox. */
  readonly programs?: {
    readonly folder: string;
    run(steps: readonly Step[]): Promise<ToolAnswer>;
  };
};
