/** The binary codes of all vectors, cached in memory: 64 bytes a passage. */
import { type Db, ofGeneration } from '../store/database.js';

export type QuantisedIndex = { readonly ids: Float64Array; readonly rows: Uint32Array };

export function quantisedIndex(db: Db): QuantisedIndex {
  return ofGeneration(db, 'codes', () => {
    const all = db.prepare('SELECT id, bits FROM codes ORDER BY id').raw().all() as [
      number,
      Buffer,
    ][];
    const width = (all[0]?.[1].byteLength ?? 0) / 4;
    const codes = { ids: new Float64Array(all.length), rows: new Uint32Array(all.length * width) };
    const bytes = new Uint8Array(codes.rows.buffer);
    for (const [row, [id, bits]] of all.entries()) {
      codes.ids[row] = id;
      bytes.set(bits, row * width * 4);
    }
    return codes;
  });
}
