/**
 * A vector as a binary code, the signs of its random rotation. Near vectors share many bits
 * (Charikar: Similarity estimation techniques from rounding algorithms, 2002), so counting these
 * finds candidates quickly. The rotation (twice: random signs, then a Walsh-Hadamard transform)
 * spreads the information of a few dimensions over all bits.
 */

/**
 * More bits than dimensions help: with 192 dimensions, the ten nearest of 8,000 are as often (.997)
 * among the first 200 by 512 bits as among the first 720 by 256 bits.
 */
const FEWEST_BITS = 512;
const ROUNDS = 2;

/** A power of two, and at least the number of dimensions. */
export function bitsFor(dimensions: number): number {
  return Math.max(FEWEST_BITS, 2 ** Math.ceil(Math.log2(Math.max(1, dimensions))));
}

export function binaryCode(vector: Float32Array): Uint32Array {
  const size = bitsFor(vector.length);
  const flips = flipsFor(size);
  const turned = new Float32Array(size);
  turned.set(vector);
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < size; i++)
      turned[i] = (turned[i] as number) * (flips[round * size + i] as number);
    hadamard(turned);
  }
  const code = new Uint32Array(size / 32);
  for (let i = 0; i < size; i++)
    if ((turned[i] as number) > 0) code[i >> 5] = (code[i >> 5] as number) | (1 << (i & 31));
  return code;
}

/**
 * The number of bits in which the query's code differs from each row's. Adds the counts of four
 * words at a time, while they fit into nibbles and bytes.
 */
export function distances(rows: Uint32Array, query: Uint32Array): Uint16Array {
  const width = query.length;
  const found = new Uint16Array(rows.length / width);
  for (let row = 0, offset = 0; row < found.length; row++) {
    let sum = 0;
    for (let i = 0; i < width; i += 4, offset += 4) {
      const first =
        nibbles((rows[offset] as number) ^ (query[i] as number)) +
        nibbles((rows[offset + 1] as number) ^ (query[i + 1] as number));
      const second =
        nibbles((rows[offset + 2] as number) ^ (query[i + 2] as number)) +
        nibbles((rows[offset + 3] as number) ^ (query[i + 3] as number));
      sum +=
        Math.imul(
          (first & 0x0f0f0f0f) +
            ((first >>> 4) & 0x0f0f0f0f) +
            (second & 0x0f0f0f0f) +
            ((second >>> 4) & 0x0f0f0f0f),
          0x01010101,
        ) >>> 24;
    }
    found[row] = sum;
  }
  return found;
}

/** The number of bits in each nibble. */
function nibbles(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  return (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
}

/**
 * The rows with the smallest values, at least `count` of them (with ties).
 * @param most the largest possible value.
 */
export function smallest(
  values: Uint16Array,
  {
    count,
    most,
    isWanted,
  }: {
    readonly count: number;
    readonly most: number;
    readonly isWanted?: (row: number) => boolean;
  },
): readonly number[] {
  const histogram = new Uint32Array(most + 1);
  for (let row = 0; row < values.length; row++)
    if (isWanted === undefined || isWanted(row))
      histogram[values[row] as number] = (histogram[values[row] as number] as number) + 1;
  let [limit, sum] = [0, 0];
  while (limit < most && (sum += histogram[limit] as number) < count) limit += 1;
  const rows: number[] = [];
  for (let row = 0; row < values.length; row++)
    if ((values[row] as number) <= limit && (isWanted === undefined || isWanted(row)))
      rows.push(row);
  return rows;
}

function hadamard(values: Float32Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let start = 0; start < values.length; start += half * 2) {
      for (let i = start; i < start + half; i++) {
        const [a, b] = [values[i] as number, values[i + half] as number];
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
}

const flipsBySize = new Map<number, Int8Array>();

/** The same on every machine (xorshift32). */
function flipsFor(size: number): Int8Array {
  let flips = flipsBySize.get(size);
  if (flips === undefined) {
    let state = 2463534242;
    flips = Int8Array.from({ length: size * ROUNDS }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state & 64) === 0 ? 1 : -1;
    });
    flipsBySize.set(size, flips);
  }
  return flips;
}
