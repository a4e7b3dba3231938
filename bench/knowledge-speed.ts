/**
 * How long a search takes with 1,000, 10,000 and 100,000 passages, warm and with the vector of the
 * question given; what the candidates by binary codes miss; memory and disk.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/kernel/clock.js';
import { type Db, openKnowledge } from '../src/modules/knowledge/store/database.js';
import { type Embedder, NO_EMBEDDER } from '../src/modules/knowledge/embedders/embedder.js';
import { quantisedIndex } from '../src/modules/knowledge/ranking/quantised-index.js';
import { recallOf } from '../src/modules/knowledge/operations/measure-index.js';
import { indexFiles } from '../src/modules/knowledge/store/index-files.js';
import { indexVectors } from '../src/modules/knowledge/store/index-vectors.js';
import { byWords } from '../src/modules/knowledge/ranking/lexical.js';
import { parseQuery } from '../src/modules/knowledge/ranking/query-syntax.js';
import { depthFor, search } from '../src/modules/knowledge/ranking/search.js';
import { fileStore } from '../src/modules/knowledge/store/store-file.js';
import { statText } from '../src/workspace/file-stat.js';
import { openWorkspace } from '../src/workspace/open-workspace.js';
import { makeWorkspace } from '../test/support/make-workspace.js';
import { type Result, megabytes, ms, table } from './result.js';
import { DIMENSIONS, makePassages } from './synthetic-passages.js';

const SIZES = [1000, 10_000, 100_000];
const QUESTIONS = 100;
const PER_FILE = 10;
const HITS = 10;
/** Milliseconds that a question may take, at the median. */
const HYBRID: ReadonlyMap<number, number> = new Map([
  [10_000, 5],
  [100_000, 25],
]);
const WORDS: ReadonlyMap<number, number> = new Map([[10_000, 3]]);
const RECALL = 0.99;
const FILES = 3000;
const REINDEX_MS = 300;

export async function knowledgeSpeed(directory: string): Promise<string> {
  const results: Result[] = [];
  for (const size of SIZES) results.push(...(await sized(join(directory, String(size)), size)));
  results.push(await oneEdited(join(directory, 'edited')));
  return table(results);
}

async function sized(directory: string, size: number): Promise<readonly Result[]> {
  mkdirSync(directory, { recursive: true });
  const before = process.memoryUsage().rss;
  const { passage, question } = makePassages(size);
  const db = openKnowledge(join(directory, 'knowledge.db'));
  const started = performance.now();
  await fill(db, { directory, size, passage });
  const filled = performance.now() - started;
  const questions = Array.from({ length: QUESTIONS }, (_, i) => question(i));
  const loading = performance.now();
  quantisedIndex(db);
  const loaded = performance.now() - loading;
  const [hybrid, learned, words]: [number[], number[], number[]] = [[], [], []];
  const recalls: number[] = [];
  // As a search for ten hits asks.
  const at = { limit: depthFor(HITS), narrowed: undefined };
  for (const [i, { text, vector }] of [...questions, ...questions].entries()) {
    const start = performance.now();
    await search(db, text, {
      root: directory,
      embedder: given('transformers', vector),
      limit: HITS,
    });
    const first = performance.now();
    await search(db, text, { root: directory, embedder: given('latent', vector), limit: HITS });
    const between = performance.now();
    byWords(db, parseQuery(text), at);
    // The first time round warms.
    if (i < QUESTIONS) continue;
    hybrid.push(first - start);
    learned.push(between - first);
    words.push(performance.now() - between);
    recalls.push(recallOf(db, vector));
  }
  const bytes = readdirSync(directory)
    .filter((name) => name.startsWith('knowledge.db'))
    .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  db.close();
  const name = `${size} passages`;
  const recall = recalls.reduce((sum, value) => sum + value, 0) / recalls.length;
  return [
    limited(`hybrid, vectors of a model, ${name}`, hybrid, HYBRID.get(size)),
    limited(`hybrid, learned vectors, ${name}`, learned, HYBRID.get(size)),
    limited(`words alone, ${name}`, words, WORDS.get(size)),
    {
      name: `candidates by binary codes, ${name}`,
      figure: `recall ${recall.toFixed(4)} of 10`,
      against: `exact, ${QUESTIONS} questions`,
      ratio: '-',
      limit: `>= ${RECALL}`,
      met: recall >= RECALL,
    },
    {
      name: `size, ${name}`,
      figure: `${megabytes(bytes)} on disk`,
      against: `${megabytes(Math.max(0, process.memoryUsage().rss - before))} more memory; codes loaded in ${ms(loaded)}; filled in ${ms(filled)}`,
      ratio: '-',
      limit: '-',
      met: undefined,
    },
  ];
}

/** Real files of ten passages each, so that a hit is compared with its file as ever. */
async function fill(
  db: Db,
  {
    directory,
    size,
    passage,
  }: {
    readonly directory: string;
    readonly size: number;
    readonly passage: ReturnType<typeof makePassages>['passage'];
  },
): Promise<void> {
  const store = fileStore(db);
  const vectors: Float32Array[] = [];
  db.transaction(() => {
    for (let at = 0; at < size; at += PER_FILE) {
      const made = Array.from({ length: PER_FILE }, (_, i) => passage(at + i));
      const path = `${at}.md`;
      writeFileSync(join(directory, path), '');
      store.put(
        { path, hash: '', stat: statText(statSync(join(directory, path))), day: '2026-11-21' },
        made.map((one) => one.chunk),
      );
      vectors.push(...made.map((one) => one.vector));
    }
  })();
  let next = 0;
  await indexVectors(db, {
    kind: 'transformers',
    model: 'synthetic',
    dimensions: DIMENSIONS,
    embed: async (texts) => texts.map(() => vectors[next++] ?? new Float32Array(DIMENSIONS)),
    close: async () => undefined,
  });
}

/** The kind says what search does with the vectors. */
function given(kind: Embedder['kind'], vector: Float32Array): Embedder {
  return {
    kind,
    model: 'synthetic',
    dimensions: DIMENSIONS,
    embed: async () => [vector],
    close: async () => undefined,
  };
}

/** One file of 3,000 is edited: until its passages are found again. */
async function oneEdited(directory: string): Promise<Result> {
  const { root, home } = makeWorkspace(directory, { unsigned: true });
  mkdirSync(join(root, 'notes'));
  const { passage } = makePassages(FILES * 3);
  for (let i = 0; i < FILES; i++)
    writeFileSync(
      join(root, `notes/${i}.md`),
      [0, 1, 2].map((part) => `# Part ${part}\n\n${passage(i * 3 + part).chunk.text}\n`).join('\n'),
    );
  const workspace = openWorkspace(root, { home, clock: systemClock });
  const db = openKnowledge(join(directory, 'knowledge.db'));
  indexFiles(db, workspace.snapshot());
  const taken: number[] = [];
  for (let run = 0; run < 7; run++) {
    writeFileSync(join(root, 'notes/1500.md'), `# Edited\n\nround${run} zebra\n`);
    const start = performance.now();
    const { changed } = indexFiles(db, workspace.snapshot());
    await indexVectors(db, NO_EMBEDDER);
    const found = byWords(db, parseQuery(`round${run}`), { limit: 1, narrowed: undefined });
    taken.push(performance.now() - start);
    if (changed.length !== 1 || found.length !== 1)
      throw new Error(
        `${changed.length} files were indexed and ${found.length} passages found; expected 1 and 1`,
      );
  }
  db.close();
  return limited(`one edited file among ${FILES}`, taken.slice(1), REINDEX_MS);
}

function limited(name: string, values: readonly number[], limit: number | undefined): Result {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return {
    name,
    figure: `p50 ${ms(at(0.5))}`,
    against: `p95 ${ms(at(0.95))}`,
    ratio: '-',
    limit: limit === undefined ? '-' : `<= ${limit} ms`,
    met: limit === undefined ? undefined : at(0.5) <= limit,
  };
}
