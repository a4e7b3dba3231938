/**
 * A task of the mesh. The page in `mesh/outbox/` of its owner is the truth about it; the record on
 * the server says who works on it now.
 */
import type { Band } from '../wire/names.js';

export const STATES = [
  'proposed',
  'queued',
  'claimed',
  'running',
  'pending_review',
  'completed',
  'failed',
  'released',
  'rejected',
  'cancelled',
] as const;
export type TaskState = (typeof STATES)[number];

/** What is to be done: what a node that works on it is given. Globs are relative to the project. */
export type TaskSpec = {
  readonly task: string;
  readonly title: string;
  readonly objective: string;
  /** The node must have all of them. */
  readonly tags: readonly string[];
  readonly band: Band;
  readonly writes: readonly string[];
  /** YAML data of conditions, as of a unit. */
  readonly criteria: readonly unknown[];
  readonly produces: readonly string[];
  readonly budget: { readonly minutes?: number; readonly tokens?: number; readonly cost?: number };
  readonly role?: string;
  readonly tier?: string;
};

/** The value in the bucket `mesh-tasks`, signed by the node that wrote it. */
export type TaskRecord = {
  readonly task: string;
  readonly owner: string;
  /** SHA-256 of the package, which has the specification and the files. */
  readonly package: string;
  readonly lane: string;
  readonly band: Band;
  readonly state: TaskState;
  /** 1 for the first try; increases whenever it is queued again. A fence. */
  readonly attempt: number;
  /** Who has it, or had it: claimed, running, pending_review, failed. */
  readonly node?: string;
  readonly leftOut: readonly string[];
  readonly why?: string;
  /** With `failed`: the package could not be had from the store, which is not that node's fault. */
  readonly lost?: true;
  /** SHA-256 of the signed change set in the object store. */
  readonly changeSet?: string;
};

/** A task that this node has claimed, in `STATE/mesh/claims/OWNER.TASK.json`. */
export type Claim = {
  readonly owner: string;
  readonly spec: TaskSpec;
  readonly package: string;
  readonly attempt: number;
  readonly claimed: string;
  /** The pass that works on it: written with `markRunning` when it begins. */
  readonly runId?: string;
};

/** How the work on a claim ended, in `STATE/mesh/results/`, until its owner has taken it. */
export type ClaimResult = Pick<Claim, 'owner' | 'attempt' | 'package'> & {
  readonly task: string;
  readonly outcome: 'proved' | 'unproved' | 'broken';
  readonly why: string;
  readonly runId: string;
  /**
   * A `RemoteChangeSet` signed as `change-set`. With `proved` it goes to the owner; without one,
   * the task has failed here.
   */
  readonly changeSet?: string;
};

/**
 * A change set that came home and is not judged yet, in `STATE/mesh/arrivals/TASK.json`. Signature,
 * node, attempt and package are as the task's page says; what it would change is not looked at.
 */
export type Arrival = {
  readonly task: string;
  readonly attempt: number;
  readonly from: string;
  readonly package: string;
  /** As signed. */
  readonly changeSet: string;
  readonly sha256: string;
};
