/** Which status a card may be moved to, by which command, and why it may not be moved elsewhere. */
import type { Bundle, Precondition, Schema } from '../../../../registry/types.js';

export type Move =
  | { readonly kind: 'allowed'; readonly command: string; readonly action: string }
  | { readonly kind: 'refused'; readonly why: string };

type OwnerMove = {
  readonly bundle: string;
  readonly command: string;
  readonly action: string;
  readonly label: string;
};

/** The commands that an owner has, with the bundle that each of them runs. */
export const OWNER_MOVES: readonly OwnerMove[] = [
  ownerMove('pause', 'Pause'),
  ownerMove('resume', 'Resume'),
  ownerMove('abandon', 'Abandon'),
];

function ownerMove(word: string, label: string): OwnerMove {
  return {
    bundle: `project_${word}`,
    command: `project ${word}`,
    action: `project-${word}`,
    label,
  };
}

/** The columns of the board. */
export function statusesOf(schema: Schema): readonly string[] {
  const type = schema.objects.get('DISPATCH')?.fields.get('status')?.type;
  return type?.kind === 'enum' ? type.values : [];
}

/** What R5 says: the command whose bundle sets the status `to`, if it takes a project in `from`. */
export function moveOf(schema: Schema, from: string, to: string): Move {
  if (from === to) return { kind: 'refused', why: `It is already ${to}.` };
  const setting = [...schema.bundles.values()].filter((bundle) => sets(bundle, to));
  const moves = OWNER_MOVES.filter(({ bundle }) => setting.some(({ name }) => name === bundle));
  const [first] = moves;
  if (first === undefined) return { kind: 'refused', why: nobodysMove(setting, to) };
  const allowed = moves.find((move) => needOf(schema, move, from) === undefined);
  if (allowed !== undefined)
    return { kind: 'allowed', command: allowed.command, action: allowed.action };
  const need = needOf(schema, first, from) ?? '';
  return {
    kind: 'refused',
    why: `nocturne ${first.command} takes a project that is ${need}; this one is ${from}.`,
  };
}

/** The moves that a card in this status offers, in the order of the commands. */
export function movesFrom(schema: Schema, from: string): readonly OwnerMove[] {
  return OWNER_MOVES.filter((move) =>
    statusesOf(schema).some((to) => {
      const found = moveOf(schema, from, to);
      return found.kind === 'allowed' && found.command === move.command;
    }),
  );
}

/** For each status from which a card cannot come to the column `to`: why. */
export function refusalsTo(schema: Schema, to: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    statusesOf(schema).flatMap((from) => {
      const move = moveOf(schema, from, to);
      return move.kind === 'refused' ? [[from, move.why]] : [];
    }),
  );
}

function nobodysMove(setting: readonly Bundle[], to: string): string {
  if (setting.length === 0) return `Nothing sets a project to ${to}.`;
  return `No command sets a project to ${to}. Passes do (${setting.map(({ name }) => name).join(', ')}).`;
}

function sets(bundle: Bundle, status: string): boolean {
  return bundle.operations.some(
    ({ op, target, fields }) =>
      op === 'set' &&
      target.object === 'DISPATCH' &&
      fields.some(
        ({ field, value }) =>
          field === 'status' && value.kind === 'literal' && value.text === status,
      ),
  );
}

/** What a bundle needs and a project in this status has not; `undefined`: it has all of it. */
function needOf(schema: Schema, { bundle }: OwnerMove, status: string): string | undefined {
  const conditions = schema.bundles.get(bundle)?.preconditions ?? [];
  return conditions.filter(isOfStatus).map((condition) => lacking(condition, status))[0];
}

function isOfStatus({ subject }: Precondition): boolean {
  return (
    subject.kind === 'field' && subject.target.object === 'DISPATCH' && subject.field === 'status'
  );
}

function lacking({ test }: Precondition, status: string): string | undefined {
  switch (test.kind) {
    case 'is':
    case 'in':
      return test.values.includes(status) ? undefined : test.values.join(' or ');
    case 'is-not':
      return test.values.includes(status) ? `not ${test.values.join(' or ')}` : undefined;
    case 'empty':
    case 'not-empty':
      return undefined;
  }
}
