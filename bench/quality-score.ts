/** What a ranking is worth: how often, and how early, an answer is among the first ten. */
import type { Ranked } from '../src/modules/knowledge/ranking/fuse.js';
import type { Question } from './knowledge-corpus.js';

export const KINDS = ['heading', 'sentence', 'paraphrase', 'fresh'] as const;

export type Score = { readonly of: number; readonly recall: number; readonly mrr: number };
export type Scores = Readonly<Record<(typeof KINDS)[number], Score>>;
export type Asked = {
  readonly question: Question;
  readonly words: readonly Ranked[];
  readonly coverage: number;
  readonly names: readonly Ranked[];
};

export function score(asked: readonly Asked[], rank: (one: Asked) => readonly Ranked[]): Scores {
  const of = (kind: Question['kind']): Score => {
    const places = ofKind(asked, kind).map((one) => placeOf(one, rank(one)));
    return {
      of: places.length,
      recall: mean(places.map((place) => (place < 10 ? 1 : 0))),
      mrr: mean(places.map((place) => (place < 10 ? 1 / (place + 1) : 0))),
    };
  };
  return {
    heading: of('heading'),
    sentence: of('sentence'),
    paraphrase: of('paraphrase'),
    fresh: of('fresh'),
  };
}

/**
 * How often the first answer among ten comes earlier in one ranking than in another; half of the
 * questions each way would be chance.
 */
export function moved(
  asked: readonly Asked[],
  before: (one: Asked) => readonly Ranked[],
  after: (one: Asked) => readonly Ranked[],
): string {
  const by = asked.map((one) => placeOf(one, before(one)) - placeOf(one, after(one)));
  const [earlier, later] = [by.filter((one) => one > 0).length, by.filter((one) => one < 0).length];
  return `of ${asked.length} held questions the first answer comes earlier for ${earlier}, later for ${later}: ${((earlier - later) / Math.sqrt(Math.max(1, earlier + later))).toFixed(1)} standard deviations from chance`;
}

/** Of the first answer among ten, from 0; 10 where none is. */
function placeOf({ question }: Asked, ranked: readonly Ranked[]): number {
  const place = ranked.slice(0, 10).findIndex(({ id }) => question.hits.has(id));
  return place < 0 ? 10 : place;
}

export const ofKind = (asked: readonly Asked[], kind: Question['kind']): readonly Asked[] =>
  asked.filter(({ question }) => question.kind === kind);
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
