/**
 * A circle: one worker and two reviewers, each on a node of its own, who see of each other only
 * what their turn needs. What happened is a list of events; everything else follows from it.
 */
import type { Usage } from '../../../agents/types.js';
import type { Agreement } from './agreement.js';

export const ROLES = ['worker', 'reviewerA', 'reviewerB'] as const;
export type Role = (typeof ROLES)[number];
export type Vote = 'continue' | 'converged' | 'blocked';
/** `aborted`: nobody can go on, or the owner stopped it. What was made until then is kept. */
export type Phase = 'init' | 'circling' | 'finalization' | 'complete' | 'aborted';
/**
 * 1: runs to its end by itself. 2: the owner looks before it is finalised. 3: before each further
 * sub-round as well. In each, a reviewer who is blocked at the end calls the owner.
 */
export type Tier = 1 | 2 | 3;
/** Of MODEL-TIERS.md, for turns: the first that is there. */
export const TURN_TIERS = ['circle', 'grader'] as const;
/** Sub-rounds, with those that the owner added. */
export const MOST_SUBROUNDS = 10;

export type CircleSettings = {
  readonly session: string;
  readonly project: string;
  readonly plan: string;
  readonly tier: Tier;
  readonly maxSubrounds: number;
  readonly agreement: Agreement;
  /** How long one turn may take. */
  readonly turnMs: number;
  readonly members: Readonly<Record<Role, string>>;
};
export type Artefact = { readonly type: string; readonly sha256: string };
type OfTurn = { readonly role: Role; readonly node: string; readonly place: string };
export type TurnEvent = OfTurn & {
  readonly kind: 'turn';
  readonly artefacts: readonly Artefact[];
  readonly vote: Vote;
  readonly confidence: number;
  readonly summary: string;
  readonly usage: Usage;
};
export type GateAnswer = 'approve' | 'again' | 'stop';
export type CircleEvent =
  | { readonly kind: 'opened'; readonly settings: CircleSettings }
  | TurnEvent
  /** An answer that does not fit the form: it is asked for once more. */
  | (OfTurn & { readonly kind: 'unreadable'; readonly why: string; readonly usage: Usage })
  /** `to`: the node that takes over. Without one the circle goes on with less, or ends. */
  | (OfTurn & { readonly kind: 'silent'; readonly why: string; readonly to?: string })
  /** By the owner only. Time opens no gate. */
  | {
      readonly kind: 'answered';
      readonly gate: string;
      readonly answer: GateAnswer;
      readonly remark: string;
    };

/** The circle waits until the owner answers. */
export type Gate = {
  /** The place before which it waits, or at which somebody is blocked. */
  readonly id: string;
  readonly kind: 'subround' | 'finalization' | 'blocked';
  readonly why: string;
};
export type Circle = {
  readonly settings: CircleSettings;
  readonly tier: Tier;
  readonly maxSubrounds: number;
  /** Nothing: this reviewer is lost, and nobody took over. */
  readonly members: Readonly<Record<Role, string | undefined>>;
  /** Nodes that fell silent; they do not come back. */
  readonly out: readonly string[];
  readonly phase: Phase;
  /** 0 before the first; 1 and 2 are the steps of a sub-round. */
  readonly subround: number;
  readonly step: 0 | 1 | 2;
  readonly gate: Gate | undefined;
  /** Of this step. */
  readonly turns: Readonly<Partial<Record<Role, TurnEvent>>>;
  readonly unreadable: Readonly<Partial<Record<Role, number>>>;
  /** By key: `sr1_step2_worker_workArtifact`. */
  readonly artefacts: ReadonlyMap<string, Artefact>;
  /** What the owner said when it sent the circle on; for the next turns. */
  readonly remark: string;
  /** What did not go as asked, one sentence each. */
  readonly notices: readonly string[];
  readonly usage: Readonly<Record<Role, Usage>>;
  readonly why: string;
};

/** Which turn it is; an answer to another one is not taken. */
export function placeOf({ phase, subround, step }: Pick<Circle, 'phase' | 'subround' | 'step'>) {
  if (phase === 'circling') return `sr${subround}.${step}`;
  return phase === 'finalization' ? `final${subround}` : phase;
}

export function isOver({ phase }: Pick<Circle, 'phase'>): boolean {
  return phase === 'complete' || phase === 'aborted';
}

/** With fewer reviewers than it began with. */
export function isDegraded({ members }: Pick<Circle, 'members'>): boolean {
  return ROLES.some((role) => members[role] === undefined);
}

export function membersOf({ members }: Pick<Circle, 'members'>): readonly Role[] {
  return ROLES.filter((role) => members[role] !== undefined);
}

/**
 * Who has the turn now. At the end the worker is first, so that reviewers sign what is delivered.
 */
export function awaited(circle: Circle): readonly Role[] {
  if (circle.gate !== undefined || isOver(circle)) return [];
  const missing = membersOf(circle).filter((role) => circle.turns[role] === undefined);
  const isWorkersTurn = circle.phase === 'finalization' && missing.includes('worker');
  return isWorkersTurn ? ['worker'] : missing;
}

export function artefactKey(
  { subround, step }: { readonly subround: number; readonly step: number },
  role: Role,
  type: string,
): string {
  return `sr${subround}_step${step}_${role}_${type}`;
}
