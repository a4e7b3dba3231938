/** Circles whose agents say what a script has them say. */
import { sha256 } from '../../../../src/kernel/hash.js';
import {
  artefactKey,
  awaited,
  type Circle,
  type CircleEvent,
  type CircleSettings,
  placeOf,
  type Role,
  ROLES,
  type Vote,
} from '../../../../src/modules/mesh/circling/circle.js';
import { handsIn } from '../../../../src/modules/mesh/circling/directed.js';

export const NODES: Readonly<Record<Role, string>> = {
  worker: 'wendy',
  reviewerA: 'anna',
  reviewerB: 'bert',
};

export function settingsOf(more: Partial<CircleSettings> = {}): CircleSettings {
  return {
    session: 'C-1',
    project: 'pages',
    plan: 'Write the page.',
    tier: 1,
    maxSubrounds: 2,
    agreement: 'all',
    turnMs: 60_000,
    members: NODES,
    ...more,
  };
}

/** The turns that are due, and at the end those of the reviewers after the worker's. */
export function turnsOf(circle: Circle, votes?: readonly Vote[]): readonly CircleEvent[] {
  const due = awaited(circle);
  const isFinal = circle.phase === 'finalization' && due.includes('worker');
  const roles = isFinal ? ROLES : due;
  return roles
    .filter((role) => circle.members[role] !== undefined)
    .map((role) => turnOf(circle, role, votes?.[ROLES.indexOf(role)]));
}

export function turnOf(circle: Circle, role: Role, vote: Vote = 'continue'): CircleEvent {
  return {
    kind: 'turn',
    role,
    node: circle.members[role] ?? '',
    place: placeOf(circle),
    artefacts: handsIn(circle, role).map((type) => ({
      type,
      sha256: sha256(artefactKey(circle, role, type)),
    })),
    vote,
    confidence: 0.9,
    summary: `${role} says ${vote}`,
    usage: { tokensIn: 100, tokensOut: 10, cost: undefined },
  };
}
