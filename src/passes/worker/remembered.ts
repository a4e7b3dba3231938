/** For the brief: the failure modes and lessons that fit, detected ones and the best first. */
import { dataFragment, placeOf } from './data-fragment.js';
import type { Fragment } from '../../agents/types.js';
import { detectedModes } from '../../governance/detected-modes.js';
import { wordsOf } from '../../kernel/words.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';

/** How many records of each kind go into a brief. */
const MOST = 4;
/** Words that this many records have say nothing about which of them fits. */
const COMMON = 0.2;
/** One word in common is chance. */
const LEAST_SHARED = 2;

type Kind = {
  readonly object: string;
  readonly title: string;
  readonly words: readonly string[];
  readonly text: (record: Rec) => string;
};
const KINDS: readonly Kind[] = [
  {
    object: 'FAILURE-MODE',
    title: 'A known way to fail',
    words: ['title', 'symptom', 'cause', 'prevention'],
    text: (record) =>
      `${fieldText(record, 'symptom')}\nPrevention: ${fieldText(record, 'prevention')}`,
  },
  {
    object: 'LESSON',
    title: 'A lesson',
    words: ['title', 'observation'],
    text: (record) => fieldText(record, 'observation'),
  },
];

/** @param work what the pass is about: mission, objectives, tests, and how the last pass ended. */
export function rememberedFragments(snapshot: Snapshot, work: string): readonly Fragment[] {
  const detected = new Set(detectedModes(snapshot).map(({ id }) => id));
  return KINDS.flatMap((kind) =>
    fitting(snapshot.records(kind.object), kind, { work, detected }),
  ).filter((fragment, i, all) => all.findIndex(({ text }) => text === fragment.text) === i);
}

/** What the last manager pass detected comes first, however few words it shares. */
function fitting(
  records: readonly Rec[],
  kind: Kind,
  { work, detected }: { readonly work: string; readonly detected: ReadonlySet<string> },
): readonly Fragment[] {
  const known = records
    .filter((record) => fieldText(record, 'status') !== 'resolved')
    .map((record) => ({
      record,
      words: wordsOf(kind.words.map((field) => fieldText(record, field)).join(' ')),
    }));
  const most = Math.max(LEAST_SHARED, known.length * COMMON);
  const isTelling = (word: string): boolean =>
    known.filter(({ words }) => words.has(word)).length <= most;
  const telling = [...wordsOf(work)].filter(isTelling);
  return known
    .map(({ record, words }) => ({
      record,
      isDetected: detected.has(record.key),
      shared: telling.filter((word) => words.has(word)).length,
    }))
    .filter(({ shared, isDetected }) => isDetected || shared >= LEAST_SHARED)
    .sort((a, b) => Number(b.isDetected) - Number(a.isDetected) || b.shared - a.shared)
    .slice(0, MOST)
    .map(({ record }) => dataFragment(kind.title, placeOf(record), kind.text(record)));
}
