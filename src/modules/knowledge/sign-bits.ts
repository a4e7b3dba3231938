/** Vectors as SQLite keeps them, and their signs: one bit for each number, for a quick first choice. */

/** The bytes of a vector; a copy only where its start does not allow a view. */
export function vectorOf(bytes: Buffer): Float32Array {
  return bytes.byteOffset % 4 === 0 ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) : new Float32Array(new Uint8Array(bytes).buffer);
}

export function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Whole bytes: what is missing to the last one is 0 everywhere. */
export function bitCount(dimensions: number): number {
  return Math.ceil(dimensions / 8) * 8;
}

export function signBits(of: Buffer | Float32Array): Buffer {
  const vector = of instanceof Float32Array ? of : vectorOf(of);
  const bits = Buffer.alloc(bitCount(vector.length) / 8);
  for (let i = 0; i < vector.length; i++) if ((vector[i] ?? 0) > 0) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  return bits;
}
