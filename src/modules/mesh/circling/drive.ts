/** Runs a circle until it is over, or until the owner has to answer. */
import type { Usage } from '../../../agents/types.js';
import {
  awaited,
  type Circle,
  type CircleEvent,
  membersOf,
  placeOf,
  type Role,
  ROLES,
} from './circle.js';
import { directedInput, handsIn, ownWork, type Section, type View } from './directed.js';
import { readTurn, type SaidArtefact } from './read-turn.js';
import { MOST_UNREADABLE } from './reduce.js';

export type TurnRequest = {
  readonly session: string;
  readonly place: string;
  readonly role: Role;
  readonly node: string;
  /** Counts the answers to this turn that could not be read. */
  readonly attempt: number;
  /** SHA-256 of texts; nothing for what should be there and is not. */
  readonly sections: readonly Section<string>[];
  readonly handsIn: readonly string[];
  readonly remark: string;
  /** What was wrong with the last answer. */
  readonly problem: string;
  readonly turnMs: number;
};
export type TurnAnswer =
  | { readonly kind: 'said'; readonly text: string; readonly usage: Usage }
  | { readonly kind: 'silent'; readonly why: string };

/** What a circle needs of the world. */
export type CircleWorld = {
  /** As the events on the disk have it. */
  circle(): Circle;
  append(event: CircleEvent): Circle;
  /**
   * Sends it the texts of its sections. Answers within `turnMs`, one way or the other. The same
   * request twice is one turn.
   */
  ask(request: TurnRequest): Promise<TurnAnswer>;
  /** Keeps a text and returns its SHA-256. */
  keep(text: string): string;
  /** A node that can take over now. */
  spare(circle: Circle): string | undefined;
};

/** The signal ends it between two turns; it goes on where it was. */
export async function driveCircle(world: CircleWorld, signal: AbortSignal): Promise<Circle> {
  for (;;) {
    const circle = world.circle();
    const roles = awaited(circle);
    if (roles.length === 0 || signal.aborted) return circle;
    const turns = roles.map((role) => takeTurn(world, circle, role, signal));
    // Nobody is asked again while somebody else still has the turn.
    for (const turn of await Promise.allSettled(turns))
      if (turn.status === 'rejected') throw turn.reason;
  }
}

async function takeTurn(
  world: CircleWorld,
  circle: Circle,
  role: Role,
  signal: AbortSignal,
): Promise<void> {
  const node = circle.members[role];
  if (node === undefined) return;
  const of = { role, node, place: placeOf(circle) };
  let problem = '';
  for (let attempt = circle.unreadable[role] ?? 0; !signal.aborted; attempt++) {
    if (attempt >= MOST_UNREADABLE) return giveUp(world, of, 'its answers could not be read');
    const request = { ...of, ...requestFor(world, circle, role), attempt, problem };
    const answer = await world.ask(request);
    if (signal.aborted && answer.kind === 'silent') return;
    if (answer.kind === 'silent') return giveUp(world, of, answer.why);
    const { usage } = answer;
    const said = readTurn(answer.text);
    const artefacts = fitting(said.artefacts, request.handsIn);
    if (said.vote !== undefined && said.problem === undefined && artefacts !== undefined) {
      const { vote, confidence, summary } = said;
      const kept = artefacts.map(({ type, content }) => ({ type, sha256: world.keep(content) }));
      record(world, { kind: 'turn', ...of, artefacts: kept, vote, confidence, summary, usage });
      return;
    }
    problem = said.problem ?? `It has to hand in ${request.handsIn.join(' and ')}.`;
    if (!record(world, { kind: 'unreadable', ...of, why: problem, usage })) return;
  }
}

type OfTurn = { readonly role: Role; readonly node: string; readonly place: string };

/** False: the circle ended while it was asked, and nothing is recorded any more. */
function record(world: CircleWorld, event: CircleEvent & OfTurn): boolean {
  const circle = world.circle();
  const isDue = awaited(circle).includes(event.role);
  const isNow =
    isDue && placeOf(circle) === event.place && circle.members[event.role] === event.node;
  if (isNow) world.append(event);
  return isNow;
}

function giveUp(world: CircleWorld, of: OfTurn, why: string): void {
  const to = world.spare(world.circle());
  record(world, { kind: 'silent', ...of, why, ...(to === undefined ? {} : { to }) });
}

function requestFor(world: CircleWorld, circle: Circle, role: Role) {
  const { settings, phase, subround, step, remark } = circle;
  const view: View<string> = {
    phase,
    subround,
    step,
    plan: world.keep(settings.plan),
    artefacts: new Map([...circle.artefacts].map(([key, { sha256 }]) => [key, sha256])),
    lost: ROLES.filter((each) => !membersOf(circle).includes(each)),
  };
  return {
    session: settings.session,
    sections: [...directedInput(view, role), ...ownWork(view, role)],
    handsIn: handsIn(circle, role),
    remark,
    turnMs: settings.turnMs,
  };
}

/** The one that is due needs no name. Nothing: they are not what is due. */
function fitting(
  said: readonly SaidArtefact[],
  due: readonly string[],
): readonly SaidArtefact[] | undefined {
  const [only, ...more] = said;
  const [one = '', ...others] = due;
  if (only !== undefined && more.length === 0 && others.length === 0)
    return [{ ...only, type: one }];
  const found = due.map((type) => said.find((each) => each.type === type));
  return found.length === said.length && found.every((each) => each !== undefined)
    ? found
    : undefined;
}
