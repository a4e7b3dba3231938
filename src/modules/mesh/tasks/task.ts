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
  /** Who has it: claimed, running, pending_review, failed. */
  readonly node?: string;
  /** Revision of the value that this one replaces; 0 for a new one. */
  readonly previous: number;
  readonly leftOut: readonly string[];
  readonly why?: string;
  /** SHA-256 of the signed change set in the object store. */
  readonly changeSet?: string;
};

/** A task that this node has claimed, in `STATE/mesh/claims/OWNER.TASK.json`. */
export type Claim = {
  readonly owner: string;
  readonly spec: TaskSpec;
  readonly package: string;
  readonly attempt: number;
  /** Of the claim in the bucket. */
  readonly revision: number;
  readonly claimed: string;
};

/** How the work on a claim ended, in `STATE/mesh/results/`: what is still to be sent. */
export type ClaimResult = Pick<Claim, 'owner' | 'attempt' | 'package'> & {
  readonly task: string;
  readonly outcome: 'proved' | 'unproved' | 'broken';
  readonly why: string;
  readonly runId: string;
  /** Signed; missing where there is nothing to bring home. */
  readonly changeSet?: string;
};

/** A change set that came home and is not judged yet, in `STATE/mesh/arrivals/TASK.json`. */
export type Arrival = {
  readonly task: string;
  readonly attempt: number;
  readonly from: string;
  readonly changeSet: string;
  readonly sha256: string;
};
