/** Which passages a text repeats: by its vector (cosine) and by its words (resemblance of shingles). For the novelty of outputs, and for lessons that are known already. */
import { similarity, sketchOf } from '../../governance/novelty.js';
import type { Db } from './database.js';
import { dot, type Embedder } from './embedder.js';
import { byWords } from './lexical.js';
import { byMeaning } from './nearest.js';
import { vectorOf } from './vector-bytes.js';

/** `cosine` is missing where there are no vectors. Both from 0 to 1, 1 for the same text. */
export type NearDuplicate = { readonly path: string; readonly line: number; readonly heading: string; readonly resemblance: number; readonly cosine: number | undefined };

const DEPTH = 40;
const MOST_WORDS = 40;

/** The most alike first, by the higher of the two scores. */
export async function nearDuplicates(db: Db, text: string, { embedder, limit = 5, except }: { readonly embedder: Embedder; readonly limit?: number; readonly except?: string }): Promise<readonly NearDuplicate[]> {
  const [vector] = embedder.kind === 'none' ? [] : await embedder.embed([text]);
  const words = [...new Set(text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])].slice(0, MOST_WORDS);
  const candidates = new Set([...(words.length === 0 ? [] : byWords(db, { text, words, phrases: [], filters: {} }, { limit: DEPTH, narrowed: undefined })), ...(vector === undefined ? [] : byMeaning(db, vector, { limit: DEPTH, narrowed: undefined }))].map((one) => one.id));
  const select = db.prepare('SELECT c.path AS path, c.line AS line, c.headings AS heading, c.text AS text, v.vector AS vector FROM chunks c LEFT JOIN vectors v ON v.id = c.id WHERE c.id = ?');
  const sketch = sketchOf(text);
  const scored = [...candidates].map((id) => select.get(id) as { path: string; line: number; heading: string; text: string; vector: Buffer | null }).filter((one) => one.path !== except);
  return scored
    .map((one) => ({ path: one.path, line: one.line, heading: one.heading, resemblance: similarity(sketch, sketchOf(one.text)), cosine: vector === undefined || one.vector === null ? undefined : dot(vector, vectorOf(one.vector)) }))
    .sort((a, b) => Math.max(b.resemblance, b.cosine ?? 0) - Math.max(a.resemblance, a.cosine ?? 0) || (a.path < b.path ? -1 : 1))
    .slice(0, limit);
}
