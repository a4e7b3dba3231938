/**
 * Whether the agent of a project would do the same again, by what its pass without progress shows.
 * Other crashes, limits and silence are not among it: they may have come from outside.
 */
export type FruitlessPass = {
  /** The agent ended by itself. */
  readonly finished: boolean;
  /** It was stopped because it repeated itself. */
  readonly circled: boolean;
  readonly refused: boolean;
  /** Its program crashed by an error of its own. */
  readonly ownFault: boolean;
  readonly reported: boolean;
  /** Its last words are its own, not those of a server or the network. */
  readonly talked: boolean;
  readonly outputs: number;
  readonly novel: number;
  /** The owner was asked whether it may do something: with the answer it can go on. */
  readonly asked: boolean;
  /** What its report calls the next objective. `astray`: it is about something else. */
  readonly next: 'none' | 'same' | 'astray' | 'new';
};

/** `sure`: even if the project has made progress before. */
export type SameAgain = { readonly why: string; readonly sure: boolean };

type Case = SameAgain & { readonly applies: (pass: FruitlessPass) => boolean };

/** The first that applies. */
const CASES: readonly Case[] = [
  { why: 'it went in circles', sure: true, applies: ({ circled }) => circled },
  { why: 'it refused', sure: true, applies: ({ refused }) => refused },
  { why: 'its program has an error', sure: false, applies: ({ ownFault }) => ownFault },
  {
    why: 'it wrote nothing new',
    sure: true,
    applies: ({ finished, outputs, novel }) => finished && outputs > 0 && novel <= 0,
  },
  {
    why: 'its next objective is about something else',
    sure: true,
    applies: ({ finished, next }) => finished && next === 'astray',
  },
  {
    why: 'its next objective is the same',
    sure: true,
    applies: ({ finished, next }) => finished && next === 'same',
  },
  {
    why: 'it talked, and wrote neither a file nor a report',
    sure: false,
    applies: ({ finished, reported, talked, outputs }) =>
      finished && !reported && talked && outputs === 0,
  },
  {
    why: 'it named nothing else to do',
    sure: true,
    applies: ({ finished, reported, next }) => finished && reported && next === 'none',
  },
];

export function sameAgain(pass: FruitlessPass): SameAgain | undefined {
  return pass.asked ? undefined : CASES.find(({ applies }) => applies(pass));
}
