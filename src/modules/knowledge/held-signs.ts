/** The signs of all vectors of an index, held in memory for as long as the index stays the same: 64 bytes a passage. */
import { type Db, readMeta } from './database.js';

export type HeldSigns = { readonly generation: string; readonly ids: Float64Array; readonly rows: Uint32Array };
const held = new WeakMap<Db, HeldSigns>();

export function heldSigns(db: Db): HeldSigns {
  const generation = readMeta(db, 'generation') ?? '';
  const known = held.get(db);
  if (known?.generation === generation) return known;
  const all = db.prepare('SELECT id, bits FROM signs ORDER BY id').raw().all() as [number, Buffer][];
  const width = (all[0]?.[1].byteLength ?? 0) / 4;
  const fresh = { generation, ids: new Float64Array(all.length), rows: new Uint32Array(all.length * width) };
  const bytes = new Uint8Array(fresh.rows.buffer);
  for (const [row, [id, bits]] of all.entries()) {
    fresh.ids[row] = id;
    bytes.set(bits, row * width * 4);
  }
  held.set(db, fresh);
  return fresh;
}
