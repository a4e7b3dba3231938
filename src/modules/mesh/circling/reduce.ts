/** How each event changes a circle. An event that may not happen now is refused. */
import { addUsage, NOTHING_USED } from '../../../agents/types.js';
import { MeshRefusal } from '../wire/refusal.js';
import { agree } from './agreement.js';
import {
  artefactKey,
  awaited,
  type Circle,
  type CircleEvent,
  type CircleSettings,
  type Gate,
  isDegraded,
  membersOf,
  MOST_SUBROUNDS,
  placeOf,
  type Role,
  ROLES,
  type Tier,
} from './circle.js';
import { handsIn } from './directed.js';

/** Answers that do not fit the form, before a node counts as silent. */
export const MOST_UNREADABLE = 2;

/** @throws MeshRefusal `illegal-transition` for a list that no circle can have. */
export function reduce(events: readonly CircleEvent[]): Circle {
  const [first, ...rest] = events;
  if (first?.kind !== 'opened') throw refused('a circle begins with its settings');
  return rest.reduce(applyEvent, opened(first.settings));
}

/** @throws MeshRefusal `fenced` for a turn that is over or is another node's. */
export function applyEvent(circle: Circle, event: CircleEvent): Circle {
  switch (event.kind) {
    case 'opened':
      throw refused('a circle begins once');
    case 'answered':
      return answered(circle, event);
    case 'turn': {
      requireTurn(circle, event);
      requireArtefacts(circle, event);
      const turns = { ...circle.turns, [event.role]: event };
      const artefacts = new Map(circle.artefacts);
      for (const artefact of event.artefacts)
        artefacts.set(artefactKey(circle, event.role, artefact.type), artefact);
      return advance({ ...spend(circle, event), turns, artefacts });
    }
    case 'unreadable': {
      requireTurn(circle, event);
      const count = (circle.unreadable[event.role] ?? 0) + 1;
      const unreadable = { ...circle.unreadable, [event.role]: count };
      return { ...spend(circle, event), unreadable };
    }
    case 'silent':
      requireTurn(circle, event);
      return replaced(circle, event);
  }
}

function opened(settings: CircleSettings): Circle {
  const { tier, maxSubrounds, members } = settings;
  const nodes = new Set(Object.values(members));
  if (nodes.size !== ROLES.length) throw refused('worker and reviewers are three nodes');
  if (maxSubrounds < 1 || maxSubrounds > MOST_SUBROUNDS)
    throw refused(`${maxSubrounds} sub-rounds; 1 to ${MOST_SUBROUNDS} are possible`);
  return {
    settings,
    tier,
    maxSubrounds,
    members,
    out: [],
    phase: 'init',
    subround: 0,
    step: 0,
    gate: undefined,
    turns: {},
    unreadable: {},
    artefacts: new Map(),
    remark: '',
    notices: [],
    usage: { worker: NOTHING_USED, reviewerA: NOTHING_USED, reviewerB: NOTHING_USED },
    why: '',
  };
}

type OfTurn = { readonly role: Role; readonly node: string; readonly place: string };

function requireTurn(circle: Circle, { role, node, place }: OfTurn): void {
  const now = placeOf(circle);
  if (place !== now) throw new MeshRefusal('fenced', `a turn of ${place}, and it is ${now} now`);
  if (circle.members[role] !== node)
    throw new MeshRefusal('fenced', `${node} is not the ${role} of this circle`);
  if (!awaited(circle).includes(role)) throw refused(`it is not the turn of the ${role}`);
}

function requireArtefacts(
  circle: Circle,
  { role, artefacts }: Extract<CircleEvent, { readonly kind: 'turn' }>,
): void {
  const types = artefacts.map(({ type }) => type);
  const wanted = handsIn(circle, role);
  if (types.length !== wanted.length || wanted.some((type) => !types.includes(type)))
    throw refused(`${wanted.join(' and ')} are due, not ${types.join(' and ') || 'nothing'}`);
}

function spend(circle: Circle, { role, usage }: Pick<OfTurn, 'role'> & UsageOf): Circle {
  const sum = addUsage(circle.usage[role], usage);
  return { ...circle, usage: { ...circle.usage, [role]: sum } };
}
type UsageOf = { readonly usage: Circle['usage'][Role] };

/** Of a silent node: somebody takes over, or the circle goes on with less, or it ends. */
function replaced(
  circle: Circle,
  { role, node, to, why }: Extract<CircleEvent, { readonly kind: 'silent' }>,
): Circle {
  const { [role]: _, ...unreadable } = circle.unreadable;
  const out = [...circle.out, node];
  const said = (end: string): readonly string[] => [
    ...circle.notices,
    `${placeOf(circle)}: ${node}, the ${role}, gave no answer (${why}); ${end}`,
  ];
  if (to !== undefined) {
    if (out.includes(to) || Object.values(circle.members).includes(to))
      throw refused(`${to} cannot take over from ${node}`);
    const members = { ...circle.members, [role]: to };
    return { ...circle, out, unreadable, members, notices: said(`${to} takes over.`) };
  }
  const members = { ...circle.members, [role]: undefined };
  const left = { ...circle, out, unreadable, members };
  const hasReviewer = membersOf(left).some((each) => each !== 'worker');
  if (role === 'worker' || !hasReviewer) {
    const end = role === 'worker' ? 'nobody can do its work' : 'nobody is left who reviews';
    return { ...left, phase: 'aborted', why: end, notices: said(`${end}. The circle ends here.`) };
  }
  const tier = Math.max(2, circle.tier) as Tier;
  const end = 'one reviewer is left, and the owner looks before it is finalised.';
  return advance({ ...left, tier, notices: said(end) });
}

/** To the next step, when everybody has handed in. */
function advance(circle: Circle): Circle {
  if (membersOf(circle).some((role) => circle.turns[role] === undefined)) return circle;
  const { phase, subround, step, maxSubrounds } = circle;
  if (phase === 'init') return to(circle, { phase: 'circling', subround: 1, step: 1 });
  if (phase === 'finalization') return finished(circle);
  if (step === 1) return to(circle, { phase, subround, step: 2 });
  if (isAgreed(circle) || subround >= maxSubrounds) {
    const next = to(circle, { phase: 'finalization', subround, step: 0 });
    if (circle.tier === 1) return next;
    const why = isAgreed(circle)
      ? 'everybody agrees'
      : `${subround} sub-rounds are over without an agreement`;
    return gated(next, 'finalization', `${why}${isDegraded(circle) ? ', with one reviewer' : ''}`);
  }
  const next = to(circle, { phase, subround: subround + 1, step: 1 });
  return circle.tier === 3 ? gated(next, 'subround', 'another sub-round would begin') : next;
}

type Position = Pick<Circle, 'phase' | 'subround' | 'step'>;

function to(circle: Circle, position: Position): Circle {
  const isNewRound = position.subround !== circle.subround;
  const remark = isNewRound ? '' : circle.remark;
  return { ...circle, ...position, remark, turns: {}, unreadable: {} };
}

function gated(circle: Circle, kind: Gate['kind'], why: string): Circle {
  return { ...circle, gate: { id: placeOf(circle), kind, why } };
}

function isAgreed(circle: Circle): boolean {
  const present = membersOf(circle);
  const votes = present.flatMap((role) => circle.turns[role]?.vote ?? []);
  return agree(circle.settings.agreement, votes, { quorum: present.length });
}

/** A no at the end is the owner's to answer, in every tier. */
function finished(circle: Circle): Circle {
  const blocked = membersOf(circle).filter((role) => circle.turns[role]?.vote === 'blocked');
  if (blocked.length === 0) return { ...circle, phase: 'complete', why: 'it was finalised' };
  const why = blocked.map((role) => `${role}: ${circle.turns[role]?.summary}`).join('; ');
  return gated(circle, 'blocked', why);
}

function answered(
  circle: Circle,
  { gate, answer, remark }: Extract<CircleEvent, { readonly kind: 'answered' }>,
): Circle {
  const open = circle.gate;
  if (open?.id !== gate) throw refused(`${open?.id ?? 'nothing'} waits for an answer, not ${gate}`);
  const { subround, maxSubrounds } = circle;
  const free = { ...circle, gate: undefined };
  if (answer === 'stop') return { ...free, phase: 'aborted', why: 'the owner stopped it' };
  if (answer === 'approve')
    return open.kind === 'blocked'
      ? { ...free, phase: 'complete', why: 'the owner accepted it although somebody is blocked' }
      : { ...free, remark };
  const isAhead = open.kind === 'subround';
  const next = isAhead ? subround : subround + 1;
  const most = Math.max(maxSubrounds + (isAhead ? 1 : 0), next);
  if (most > MOST_SUBROUNDS) throw refused(`${MOST_SUBROUNDS} sub-rounds are the most`);
  const again = to(free, { phase: 'circling', subround: next, step: 1 });
  return { ...again, maxSubrounds: most, remark };
}

function refused(message: string): MeshRefusal {
  return new MeshRefusal('illegal-transition', message);
}
