/**
 * Finds near-duplicates among thousands of sketches without comparing each with each other: two
 * sketches that are similar enough share one of their smallest hashes.
 */
import { similarity, type Sketch } from './sketch.js';

export type NearDuplicateIndex = {
  readonly add: (path: string, sketch: Sketch) => void;
  /** The most similar one, the first of several; `undefined` if none is similar enough. */
  readonly nearest: (sketch: Sketch) => string | undefined;
};

const BUCKETS = 1 << 18;
const NONE = -1;
/** Texts of one kind share a phrase; near-duplicates share more. */
const SHARED = 16;

/** @param least the similarity from which on two texts are near-duplicates, above 0. */
export function nearDuplicateIndex(least: number): NearDuplicateIndex {
  const texts: { readonly path: string; readonly sketch: Sketch }[] = [];
  // Each bucket is a chain of entries; numbers in typed arrays, because there are millions.
  const heads = new Int32Array(BUCKETS).fill(NONE);
  let next = new Int32Array(1024);
  let owners = new Int32Array(1024);
  let entries = 0;

  /** Two sketches with that similarity share `SHARED` of these, or as many as they can. */
  const prefixOf = ({ hashes }: Sketch): Uint32Array =>
    hashes.subarray(0, Math.floor(((1 - least) * hashes.length) / least + 1e-6) + SHARED);

  const candidatesFor = (sketch: Sketch): readonly number[] => {
    const shared = new Map<number, number>();
    for (const hash of prefixOf(sketch))
      for (let entry = heads[hash % BUCKETS] ?? NONE; entry >= 0; entry = next[entry] ?? NONE) {
        const text = owners[entry] ?? 0;
        shared.set(text, (shared.get(text) ?? 0) + 1);
      }
    const needed = Math.min(SHARED, Math.floor(least * sketch.hashes.length));
    return [...shared.keys()]
      .filter((text) => (shared.get(text) ?? 0) >= needed)
      .sort((x, y) => x - y);
  };

  return {
    add(path, sketch) {
      const text = texts.push({ path, sketch }) - 1;
      for (const hash of prefixOf(sketch)) {
        if (entries === next.length) [next, owners] = [doubled(next), doubled(owners)];
        next[entries] = heads[hash % BUCKETS] ?? NONE;
        owners[entries] = text;
        heads[hash % BUCKETS] = entries++;
      }
    },
    nearest(sketch) {
      let best: { readonly score: number; readonly path: string } | undefined;
      for (const text of candidatesFor(sketch)) {
        const other = texts[text];
        const score = other === undefined ? 0 : similarity(sketch, other.sketch, least);
        if (other !== undefined && score >= least && score > (best?.score ?? 0))
          best = { score, path: other.path };
      }
      return best?.path;
    },
  };
}

function doubled(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}
