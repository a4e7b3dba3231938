/**
 * Passages made up for measurements: words as often as in a natural language (Zipf), subjects that
 * have words and a direction of their vectors in common.
 */
import type { FiledChunk } from '../src/modules/knowledge/store/store-file.js';
import { normalise } from '../src/modules/knowledge/embedders/embedder.js';

export const DIMENSIONS = 384;
const WORDS = 30_000;
const SUBJECTS = 500;
const LENGTH = 150;
/** How far a passage's vector lies from its subject's, in parts of its length. */
const SPREAD = 0.9;

export type Made = { readonly chunk: FiledChunk; readonly vector: Float32Array };

/** The same at each run (mulberry32). */
export function makePassages(count: number): {
  passage(index: number): Made;
  question(index: number): { readonly text: string; readonly vector: Float32Array };
} {
  const random = randomFrom(20261121);
  const sums = new Float64Array(WORDS);
  for (let i = 0, sum = 0; i < WORDS; i++) sums[i] = sum += 1 / (i + 3) ** 1.02;
  const words = Array.from({ length: WORDS }, (_, i) => spelt(i));
  const subjects = Array.from({ length: SUBJECTS }, () =>
    normalise(Float32Array.from({ length: DIMENSIONS }, () => normal(random))),
  );
  const wordOf = (draw: () => number): string =>
    words[lowest(sums, draw() * (sums[WORDS - 1] ?? 1))] ?? '';
  const vectorOf = (subject: number, draw: () => number, spread: number): Float32Array =>
    normalise(
      Float32Array.from(
        subjects[subject] ?? [],
        (value) => value + (spread * normal(draw)) / Math.sqrt(DIMENSIONS),
      ),
    );
  const textOf = (index: number): readonly string[] => {
    const [draw, subject] = [randomFrom(index + 1), index % SUBJECTS];
    // A tenth of the words are the subject's own, from the rarer ones.
    return Array.from({ length: LENGTH }, () =>
      draw() < 0.1
        ? (words[2000 + ((subject * 53 + Math.floor(draw() * 40)) % (WORDS - 2000))] ?? '')
        : wordOf(draw),
    );
  };
  return {
    passage: (index) => ({
      chunk: {
        ord: index % 10,
        line: (index % 10) * 20 + 1,
        endLine: (index % 10) * 20 + 12,
        headings: [`Subject ${words[2000 + (index % SUBJECTS) * 53] ?? ''}`, `Part ${index}`],
        text: textOf(index).join(' '),
        object: '',
        status: '',
      },
      vector: vectorOf(index % SUBJECTS, randomFrom(index + 7_000_001), SPREAD),
    }),
    question: (index) => {
      const draw = randomFrom(index + 90_000_001);
      const of = Math.floor(draw() * count);
      const text = textOf(of);
      return {
        text: Array.from({ length: 5 }, () => text[Math.floor(draw() * text.length)] ?? '').join(
          ' ',
        ),
        vector: vectorOf(of % SUBJECTS, draw, SPREAD),
      };
    },
  };
}

function spelt(index: number): string {
  const [consonants, vowels] = ['bcdfghklmnprstvz', 'aeiou'];
  let word = '';
  for (let rest = index + 80; rest > 0; rest = Math.floor(rest / 80))
    word += `${consonants[rest % 16] ?? ''}${vowels[Math.floor(rest / 16) % 5] ?? ''}`;
  return word;
}

function lowest(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function normal(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(draw() || 1e-12)) * Math.cos(2 * Math.PI * draw());
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
