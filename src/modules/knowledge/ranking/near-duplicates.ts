/** Finds the passages that a text repeats, by cosine and by resemblance of shingles. */
import { type Sketch, similarity, sketchOf } from '../../../governance/quality/sketch.js';
import { type Db, prepared } from '../store/database.js';
import { dot, type Embedder } from '../embedders/embedder.js';
import { type Narrowed, narrow } from './filters.js';
import { byWords } from './lexical.js';
import { byMeaning } from './nearest.js';
import { vectorOf } from '../store/vector-bytes.js';

/** `cosine` is missing without vectors. Both are 1 for the same text. */
export type NearDuplicate = {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  readonly heading: string;
  readonly text: string;
  readonly resemblance: number;
  readonly cosine: number | undefined;
};

/** Candidates by the vector of the text, and by each window of different words. */
const DEPTH = 20;
const WINDOW = 40;
const MOST_WINDOWS = 12;

/** Sorted by the higher of the two scores. */
export async function nearDuplicates(
  db: Db,
  text: string,
  {
    embedder,
    limit = 5,
    except,
  }: { readonly embedder: Embedder; readonly limit?: number; readonly except?: string },
): Promise<readonly NearDuplicate[]> {
  const [vector] = embedder.kind === 'none' ? [] : await embedder.embed([text]);
  const narrowed = except === undefined ? undefined : narrow(db, {}, (path) => path !== except);
  const score = (duplicate: NearDuplicate): number =>
    Math.max(duplicate.resemblance, duplicate.cosine ?? 0);
  return [...candidates(db, { text, vector }, narrowed)]
    .sort((a, b) => score(b) - score(a) || (a.path < b.path ? -1 : 1))
    .slice(0, limit);
}

type Row = Omit<NearDuplicate, 'resemblance' | 'cosine'> & { readonly vector: Buffer | null };

/**
 * Unsorted candidates with their scores. Synchronous, because filters are in a table of the
 * connection. @param sketches a cache of passages.
 */
export function candidates(
  db: Db,
  { text, vector }: { readonly text: string; readonly vector: Float32Array | undefined },
  narrowed: Narrowed,
  sketches = new Map<number, Sketch>(),
): readonly NearDuplicate[] {
  const byWindow = windows(text).flatMap((words) =>
    byWords(db, { text, words, phrases: [], filters: {} }, { limit: DEPTH, narrowed }),
  );
  const ids = new Set(
    [
      ...byWindow,
      ...(vector === undefined ? [] : byMeaning(db, vector, { limit: DEPTH, narrowed })),
    ].map((hit) => hit.id),
  );
  const select = prepared(
    db,
    'SELECT c.path AS path, c.line AS line, c.end_line AS endLine, c.headings AS heading, c.text AS text, v.vector AS vector FROM chunks c LEFT JOIN vectors v ON v.id = c.id WHERE c.id = ?',
  );
  const own = sketchOf(text);
  return [...ids].map((id) => {
    const { vector: bytes, ...passage } = select.get(id) as Row;
    const sketch = sketches.get(id) ?? sketchOf(passage.text);
    sketches.set(id, sketch);
    return {
      ...passage,
      resemblance: similarity(own, sketch),
      cosine: vector === undefined || bytes === null ? undefined : dot(vector, vectorOf(bytes)),
    };
  });
}

/** Text may be pasted from several passages, so each window is searched for. */
function windows(text: string): readonly (readonly string[])[] {
  const found: Set<string>[] = [];
  for (const [word] of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const last = found.at(-1);
    if (last !== undefined && last.size < WINDOW) last.add(word);
    else if (found.length < MOST_WINDOWS) found.push(new Set([word]));
    else break;
  }
  return found.map((words) => [...words]);
}
