/**
 * A roundtable: one speaker has the floor at a time, in the order that the owner gave. A speaker
 * who says nothing in time passes it on. At the end the chair, which is the owner's node, sums up.
 */
import type { Usage } from '../../../agents/types.js';
import { agree } from '../circling/agreement.js';
import type { Vote } from '../circling/circle.js';
import { MeshRefusal } from '../wire/refusal.js';

export type TableSettings = {
  readonly session: string;
  readonly project: string;
  readonly topic: string;
  readonly chair: string;
  /** In their order; not the chair. */
  readonly speakers: readonly string[];
  readonly rounds: number;
  readonly turnMs: number;
};
export type Speech = {
  readonly kind: 'spoke';
  readonly node: string;
  readonly turn: number;
  readonly sha256: string;
  readonly summary: string;
  /** Nothing: it could not be read, which agrees with nothing. */
  readonly vote?: Vote;
  readonly usage: Usage;
};
type Pass = {
  readonly kind: 'passed';
  readonly node: string;
  readonly turn: number;
  readonly why: string;
};
export type TableEvent =
  | { readonly kind: 'opened'; readonly settings: TableSettings }
  | Speech
  | Pass;
export type Table = {
  readonly settings: TableSettings;
  /** Of the one who has the floor; the first is 1. */
  readonly turn: number;
  /** Nothing: it is over. */
  readonly floor: string | undefined;
  readonly said: readonly (Speech | Pass)[];
};

/** @throws MeshRefusal `illegal-transition` for a list that no table can have. */
export function reduceTable(events: readonly TableEvent[]): Table {
  const [first, ...rest] = events;
  if (first?.kind !== 'opened')
    throw new MeshRefusal('illegal-transition', 'a table begins with its settings');
  const { settings } = first;
  const { speakers, chair } = settings;
  if (speakers.length < 2 || new Set([chair, ...speakers]).size !== speakers.length + 1)
    throw new MeshRefusal('illegal-transition', 'two or more speakers and the chair are due');
  return rest.reduce(applyTable, { settings, turn: 1, floor: speakers[0], said: [] });
}

/** @throws MeshRefusal `fenced` for anybody who does not have the floor now. */
export function applyTable(table: Table, event: TableEvent): Table {
  if (event.kind === 'opened') throw new MeshRefusal('illegal-transition', 'a table begins once');
  if (table.floor !== event.node || table.turn !== event.turn)
    throw new MeshRefusal('fenced', `${event.node} does not have the floor`);
  const said = [...table.said, event];
  return { ...table, said, turn: table.turn + 1, floor: nextFloor(table.settings, said) };
}

/** The chair ends it; what it sums up is asked for once the rounds are over, or all agree. */
function nextFloor(
  { speakers, chair, rounds }: TableSettings,
  said: Table['said'],
): string | undefined {
  if (said.at(-1)?.node === chair) return undefined;
  const isRoundOver = said.length % speakers.length === 0;
  if (!isRoundOver) return speakers[said.length % speakers.length];
  const round = said.slice(-speakers.length);
  const speeches = round.filter((each): each is Speech => each.kind === 'spoke');
  const votes = speeches.flatMap(({ vote }) => vote ?? []);
  const isAgreed = agree('all', votes, { quorum: speakers.length });
  const isOver = said.length >= speakers.length * rounds || speeches.length === 0;
  return isAgreed || isOver ? chair : speakers[0];
}
