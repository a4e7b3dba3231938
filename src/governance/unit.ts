/** Work that a module offers to a pass, such as a ready step of a plan. */
import type { AssertionResult } from './types.js';

/** What the module that offered it recognises it by. */
export type UnitKey = { readonly module: string; readonly id: string };

/**
 * A candidate of T1, like a project. It is stored with the pass, so it is plain data. Globs are
 * relative to the workspace, those of criteria to the project.
 */
export type Unit = UnitKey & {
  readonly project: string;
  /**
   * Where it works, and what the globs of its criteria are relative to, if not in the folder of the
   * project. Relative to the workspace.
   */
  readonly folder?: string;
  /** 1 is the first. */
  readonly priority: number;
  readonly title: string;
  readonly objective: string;
  /** Of RUNNERS.md and MODEL-TIERS.md; without one, those of the project. */
  readonly runner?: string;
  readonly tier?: string;
  /** No agent: the work is this program, without a shell. */
  readonly command?: readonly string[];
  readonly role?: string;
  readonly writes: readonly string[];
  /** Programs that the agent may run; without them, those of the project. */
  readonly tools?: readonly string[];
  /** YAML data of conditions, read by `project/condition-parse`. */
  readonly criteria: readonly unknown[];
  /** Files that must be there when it ends: each becomes an assertion, and is hashed. */
  readonly produces: readonly string[];
  /** Files that the brief names, proved by the units that produced them. */
  readonly consumes: readonly string[];
  readonly budget: {
    readonly minutes?: number;
    readonly tokens?: number;
    readonly cost?: number;
  };
  /** Under which name a later try goes on with what a parked one did; default: `id`. */
  readonly work?: string;
  /** Globs of files that its agent must not see. Only for units in a copy. */
  readonly hides?: readonly string[];
  /** Its changes are given to its module (`keep`), and none is written to the workspace. */
  readonly keepsChanges?: true;
  /**
   * Another machine has worded it: its agent works in a strict sandbox, which shows nothing else of
   * the workspace than the folder of its project, and its brief quotes nothing else but the signed
   * rules for all agents. Only for units in a copy.
   */
  readonly isForeign?: true;
  /** What it lacks makes it unproved, and the owner is not asked. */
  readonly neverAsks?: true;
  /** Its module does the work (`perform`) and runs `command` itself, as often as it needs. */
  readonly byModule?: true;
};

/** `held`: projects that get no pass of their own, and why. */
export type Offer = {
  readonly units: readonly Unit[];
  readonly held: ReadonlyMap<string, string>;
};

/**
 * `proved`: every criterion holds and nothing was undone. `unproved`: the work ended, but it proves
 * nothing. `broken`: the agent did not end by itself. `parked`: it waits for the owner. `review`:
 * proved, but its module keeps the changes until the owner accepts them.
 */
export type UnitOutcome = 'proved' | 'unproved' | 'broken' | 'parked' | 'review';

export type UnitVerdict = {
  readonly runId: string;
  readonly outcome: UnitOutcome;
  /** Branch on this. */
  readonly cause:
    | 'criteria'
    | 'scope'
    | 'rule'
    | 'budget'
    | 'agent'
    | 'conflict'
    | 'rejected'
    | undefined;
  /** One sentence. */
  readonly why: string;
  readonly criteria: readonly AssertionResult[];
  /** Path to SHA-256, of what it produced and changed. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly consumed: Readonly<Record<string, string>>;
  readonly minutes: number;
  readonly tokens: number | undefined;
  readonly cost: number | undefined;
};
