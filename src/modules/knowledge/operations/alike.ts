/**
 * Finds what says the same as given texts: passages, for the novelty of outputs (T5), and records,
 * for lessons that exist already (T7).
 */
import type { Alike, AlikePart } from '../../../governance/quality/repeats.js';
import { similarity, sketchOf, type Sketch } from '../../../governance/quality/sketch.js';
import type { AlikeContext } from '../../../passes/module.js';
import { fieldText } from '../../../project/field-text.js';
import { type Chunk, chunkText } from '../store/chunk.js';
import { visible } from './caller.js';
import { dot, type Embedder } from '../embedders/embedder.js';
import { narrow } from '../ranking/filters.js';
import { indexFiles } from '../store/index-files.js';
import { candidates, type NearDuplicate } from '../ranking/near-duplicates.js';
import { type PassIndex, withIndex } from './pass-index.js';
import { embeddedText } from '../store/store-file.js';

/** At most this many passages of all texts, taken from all parts of them. */
const MOST_PASSAGES = 100;
/** At most this many results for each score. */
const MOST_FOUND = 8;
/** Characters that every sentence model reads; it may cut off the rest of a longer text. */
const READ_WHOLE = 1500;

export function alike(
  context: AlikeContext,
): Promise<readonly (readonly AlikePart[])[] | undefined> {
  const { records } = context;
  return withIndex(context.workspace, context.snapshot, (index) =>
    records === undefined
      ? passagesLike(index, context)
      : recordsLike(index, { ...context, records }),
  );
}

async function passagesLike(
  { db, embedder }: PassIndex,
  context: AlikeContext,
): Promise<readonly (readonly AlikePart[])[]> {
  const asked = chosenPassages(context.texts);
  const vectors = await vectorsOf(embedder, asked.flat().map(embeddedText), context.signal);
  const { sees, shows } = seenBy(context);
  const narrowed = narrow(db, {}, sees);
  const sketches = new Map<number, Sketch>();
  let index = 0;
  return asked.map((chunks) =>
    chunks.map(({ text }) => {
      const found = candidates(db, { text, vector: vectors[index++] }, narrowed, sketches).filter(
        shows,
      );
      return { text, found: best(found).map((duplicate) => judged(duplicate, { text, embedder })) };
    }),
  );
}

/** Passages from all parts of the texts, of which one is in memory at a time. */
function chosenPassages(texts: AlikeContext['texts']): readonly (readonly Chunk[])[] {
  const sizes = texts.map((text) => chunkText(text()).length);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const share = MOST_PASSAGES / Math.max(MOST_PASSAGES, all);
  const isChosen = (i: number): boolean => Math.floor((i + 1) * share) > Math.floor(i * share);
  return texts.map((text, number) => {
    const chosen = Array.from({ length: sizes[number] ?? 0 }, (_, i) => i).filter(isChosen);
    if (chosen.length === 0) return [];
    const chunks = chunkText(text());
    return chosen.flatMap((i) => chunks[i] ?? []);
  });
}

/** Finds records with similar passages, and compares them by one field only. */
async function recordsLike(
  { db, embedder }: PassIndex,
  context: AlikeContext & Required<Pick<AlikeContext, 'records'>>,
): Promise<readonly (readonly AlikePart[])[]> {
  const {
    signal,
    snapshot,
    records: { object, field },
  } = context;
  const texts = context.texts.map((text) => text());
  // The lines of the index must be those of the files.
  indexFiles(db, snapshot, { signal });
  const vectors = await vectorsOf(embedder, texts, signal);
  const { sees, shows } = seenBy(context);
  const narrowed = narrow(db, { object: [object] }, sees);
  const found = texts.map((text, i) =>
    best(candidates(db, { text, vector: vectors[i] }, narrowed).filter(shows)).flatMap(
      ({ path, line, endLine, heading }) =>
        snapshot
          .recordsIn(path, object)
          .filter(({ range }) => range.line <= endLine && range.endLine >= line)
          .map((record) => ({
            path,
            line: record.range.line,
            heading,
            text: fieldText(record, field),
          })),
    ),
  );
  const fields = await vectorsOf(
    embedder,
    found.flat().map((duplicate) => duplicate.text),
    signal,
  );
  let index = 0;
  return texts.map((text, i) => [
    {
      text,
      found: (found[i] ?? []).map((duplicate) => {
        const [own, other] = [vectors[i], fields[index++]];
        return judged(
          {
            ...duplicate,
            resemblance: similarity(sketchOf(text), sketchOf(duplicate.text)),
            cosine: own === undefined || other === undefined ? undefined : dot(own, other),
          },
          { text, embedder },
        );
      }),
    },
  ]);
}

async function vectorsOf(
  embedder: Embedder,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<readonly Float32Array[]> {
  return embedder.kind === 'none' || texts.length === 0 ? [] : embedder.embed(texts, { signal });
}

function seenBy({ workspace, snapshot, scope, among }: AlikeContext): {
  readonly sees: (path: string) => boolean;
  readonly shows: (passage: { readonly path: string; readonly text: string }) => boolean;
} {
  const { sees = () => true, shows } = visible(
    { workspace, env: process.env, progress: () => undefined, scope },
    snapshot,
  );
  return { sees: (path) => sees(path) && among(path), shows };
}

/** The best by words and the best by meaning. */
function best(found: readonly NearDuplicate[]): readonly NearDuplicate[] {
  const by = (score: (duplicate: NearDuplicate) => number): readonly NearDuplicate[] =>
    [...found]
      .filter((duplicate) => score(duplicate) > 0)
      .sort((a, b) => score(b) - score(a) || (a.path < b.path ? -1 : 1))
      .slice(0, MOST_FOUND);
  return [
    ...new Set([
      ...by((duplicate) => duplicate.resemblance),
      ...by((duplicate) => duplicate.cosine ?? 0),
    ]),
  ];
}

function judged(
  { path, line, heading, text: other, resemblance, cosine }: Omit<NearDuplicate, 'endLine'>,
  { text, embedder }: { readonly text: string; readonly embedder: Embedder },
): Alike {
  const isSentenceModel = embedder.kind === 'transformers' || embedder.kind === 'openai';
  return {
    path,
    line,
    heading,
    text: other,
    resemblance,
    cosine,
    trusted: isSentenceModel && [text, other].every((passage) => passage.length <= READ_WHOLE),
  };
}
