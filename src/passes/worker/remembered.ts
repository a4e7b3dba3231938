/** For the brief: the failure modes and lessons that fit, detected ones and the best first. */
import { dataFragment } from './data-fragment.js';
import type { Fragment } from '../../agents/types.js';
import { detectedModes } from '../../governance/detected-modes.js';
import { wordsOf } from '../../kernel/words.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';

/** How many records of each kind go into a brief. */
const MOST = 4;

type Kind = {
  readonly object: string;
  readonly title: string;
  readonly words: readonly string[];
  /** Words that this part of the records have say nothing about which of them fits. */
  readonly common: number;
  /** One word in common is chance. */
  readonly least: number;
  readonly text: (record: Rec) => string;
};
const KINDS: readonly Kind[] = [
  {
    object: 'FAILURE-MODE',
    title: 'Known ways to fail',
    words: ['title', 'symptom', 'cause', 'prevention'],
    // Most of them are about passes, and share everyday words with any work.
    common: 0.05,
    least: 3,
    text: (record) => `${fieldText(record, 'symptom')} ${fieldText(record, 'prevention')}`,
  },
  {
    object: 'LESSON',
    title: 'Lessons',
    words: ['title', 'observation'],
    common: 0.2,
    least: 2,
    text: (record) => fieldText(record, 'observation'),
  },
];

/**
 * One fragment for each kind.
 * @param work what the pass is about: mission, objectives, tests, and how the last pass ended.
 */
export function rememberedFragments(snapshot: Snapshot, work: string): readonly Fragment[] {
  const detected = new Set(detectedModes(snapshot).map(({ id }) => id));
  return KINDS.flatMap((kind) => {
    const records = fitting(snapshot.records(kind.object), kind, { work, detected });
    const [first] = records;
    if (first === undefined) return [];
    const texts = new Map<string, string>();
    for (const record of records) {
      const text = kind.text(record).replace(/\s*\n\s*/g, ' ');
      texts.set(text, texts.get(text) ?? record.key);
    }
    const lines = [...texts].map(([text, key]) => `- ${key}: ${text}`);
    return [dataFragment(kind.title, first.file, lines.join('\n'))];
  });
}

/** What the last manager pass detected comes first, however few words it shares. */
function fitting(
  records: readonly Rec[],
  kind: Kind,
  { work, detected }: { readonly work: string; readonly detected: ReadonlySet<string> },
): readonly Rec[] {
  const known = records
    .filter((record) => fieldText(record, 'status') !== 'resolved')
    .map((record) => ({
      record,
      words: wordsOf(kind.words.map((field) => fieldText(record, field)).join(' ')),
    }));
  const most = Math.max(kind.least, known.length * kind.common);
  const isTelling = (word: string): boolean =>
    known.filter(({ words }) => words.has(word)).length <= most;
  const telling = [...wordsOf(work)].filter(isTelling);
  return known
    .map(({ record, words }) => ({
      record,
      isDetected: detected.has(record.key),
      shared: telling.filter((word) => words.has(word)).length,
    }))
    .filter(({ shared, isDetected }) => isDetected || shared >= kind.least)
    .sort((a, b) => Number(b.isDetected) - Number(a.isDetected) || b.shared - a.shared)
    .slice(0, MOST)
    .map(({ record }) => record);
}
