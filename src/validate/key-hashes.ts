/** Hashes of the keys of very many records, eight bytes each, to find those that come twice. */

export type KeyHashes = Float64Array;

/** Of keys that are not empty. */
export function addKeys(keys: readonly string[]): KeyHashes {
  return Float64Array.from(
    keys.filter((key) => key !== ''),
    keyHash,
  );
}

/** 52 bits of two FNV-like hashes. */
export function keyHash(key: string): number {
  let [low, high] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b) ^ (high >>> 13);
  }
  return (low >>> 0) * 0x100000 + ((high ^ (high >>> 11)) & 0xfffff);
}

/** The hashes that more than one key has. */
export function repeatedKeys(parts: readonly KeyHashes[]): ReadonlySet<number> {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let length = 0;
  for (const part of parts) {
    all.set(part, length);
    length += part.length;
  }
  all.sort();
  const again = new Set<number>();
  for (let i = 1; i < all.length; i++) {
    const value = all[i];
    if (value !== undefined && value === all[i - 1]) again.add(value);
  }
  return again;
}

export function keysText(keys: KeyHashes): string {
  return Buffer.from(keys.buffer, keys.byteOffset, keys.byteLength).toString('base64');
}

export function keysFrom(text: string): KeyHashes {
  const bytes = Buffer.from(text, 'base64');
  const keys = new Float64Array(bytes.length / 8);
  for (let i = 0; i < keys.length; i++) keys[i] = bytes.readDoubleLE(i * 8);
  return keys;
}
