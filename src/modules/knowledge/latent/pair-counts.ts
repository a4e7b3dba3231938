/** Counts of term pairs, in a hash table of flat arrays: a large Map is several times slower. */

export type PairCounts = {
  readonly size: number;
  add(a: number, b: number, weight: number): void;
  /** Each pair once, the smaller number first. */
  forEach(visit: (a: number, b: number, weight: number) => void): void;
};

const FREE = -1;
/** Later pairs are not counted, which bounds memory to 100 MB. */
const MOST_PAIRS = 4_000_000;
/** @param members numbers from 0; at most 46,340, so that a key stays below 2^31. */
export function pairCounts(members: number): PairCounts {
  let keys = new Int32Array(1 << 16).fill(FREE);
  let weights = new Float32Array(keys.length);
  let size = 0;

  const place = (key: number): number => {
    const mask = keys.length - 1;
    let slot = (Math.imul(key, 0x9e3779b1) >>> 7) & mask;
    while (keys[slot] !== FREE && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  };
  const grow = (): void => {
    const [oldKeys, oldWeights] = [keys, weights];
    keys = new Int32Array(oldKeys.length * 2).fill(FREE);
    weights = new Float32Array(keys.length);
    for (let i = 0; i < oldKeys.length; i++) {
      const key = oldKeys[i] as number;
      if (key === FREE) continue;
      const slot = place(key);
      keys[slot] = key;
      weights[slot] = oldWeights[i] as number;
    }
  };
  return {
    get size() {
      return size;
    },
    add(a, b, weight) {
      const key = a < b ? a * members + b : b * members + a;
      const slot = place(key);
      if (keys[slot] === FREE && size >= MOST_PAIRS) return;
      weights[slot] = (weights[slot] as number) + weight;
      if (keys[slot] === key) return;
      keys[slot] = key;
      size += 1;
      if (size * 2 > keys.length) grow();
    },
    forEach(visit) {
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i] as number;
        if (key !== FREE) visit(Math.floor(key / members), key % members, weights[i] as number);
      }
    },
  };
}
