/**
 * How often search finds what is known to be the answer: by words, by each embedder, and by both
 * fused. The weight is chosen on one half of the questions and reported on the other.
 */
import { join } from 'node:path';
import { openKnowledge } from '../src/modules/knowledge/store/database.js';
import { dot, type Embedder } from '../src/modules/knowledge/embedders/embedder.js';
import { fuse, type Fused, K, type Ranked } from '../src/modules/knowledge/ranking/fuse.js';
import { latentEmbedder } from '../src/modules/knowledge/latent/latent-embedder.js';
import { learn } from '../src/modules/knowledge/latent/latent-learning.js';
import { byNames, rankWords } from '../src/modules/knowledge/ranking/lexical.js';
import { byProximity } from '../src/modules/knowledge/ranking/proximity.js';
import { parseQuery } from '../src/modules/knowledge/ranking/query-syntax.js';
import { fileStore } from '../src/modules/knowledge/store/store-file.js';
import { looksTogether, MEANING_WEIGHT, need } from '../src/modules/knowledge/ranking/weigh.js';
import { makeTransformersEmbedder } from '../src/modules/knowledge/embedders/transformers-embedder.js';
import { type BenchChunk, type Corpus, makeCorpus, textOf } from './knowledge-corpus.js';
import { type Asked, KINDS, mean, moved, ofKind, score, type Scores } from './quality-score.js';

const SETTINGS = [60, 20, 10, 5].flatMap((k) =>
  [0.2, 0.3, 0.5, 0.7, 0.8, 1].map((weight) => ({ k, weight })),
);
type Setting = (typeof SETTINGS)[number];

const DEPTH = 100;

type Halves = { readonly tuning: readonly Asked[]; readonly held: readonly Asked[] };

const HEAD = [
  '| embedder | half | channel | heading | sentence | paraphrase | fresh |',
  '|---|---|---|---|---|---|---|',
];

/**
 * Tables in markdown; each cell is recall@10 / MRR@10. @param model a directory with a real
 * sentence model, measured as well.
 */
export async function knowledgeQuality(directory: string, model?: string): Promise<string> {
  const lines: string[] = [];
  for (const most of [60, 250, Number.POSITIVE_INFINITY])
    lines.push(...(await ofSize(most, { directory, model })), '');
  return lines.join('\n');
}

async function ofSize(
  most: number,
  { directory, model }: { readonly directory: string; readonly model: string | undefined },
): Promise<readonly string[]> {
  const corpus = makeCorpus(most);
  const indexing = cpu();
  const asked = askWords(corpus, join(directory, `${most}.db`));
  const indexed = indexing();
  // By turns within each kind: both halves are alike. Nothing is tuned on the fresh ones.
  const halves: Halves = {
    tuning: KINDS.flatMap((kind) =>
      ofKind(asked, kind).filter((_, i) => kind !== 'fresh' && i % 2 === 0),
    ),
    held: KINDS.flatMap((kind) =>
      ofKind(asked, kind).filter((_, i) => kind === 'fresh' || i % 2 === 1),
    ),
  };
  const lines = [
    `${corpus.files} READMEs, ${corpus.chunks.length} chunks; questions: ${KINDS.map((kind) => `${ofKind(asked, kind).length} ${kind}`).join(', ')}; indexed for words and asked in ${indexed}`,
    '',
    ...HEAD,
  ];
  const lower = corpus.chunks.map((chunk) => chunk.text.toLowerCase());
  for (const half of ['tuning', 'held'] as const)
    lines.push(
      row(
        'none',
        { half, channel: 'words' },
        score(halves[half], (one) => fused(one)),
      ),
      row(
        'none',
        { half, channel: 'words, together (active)' },
        score(halves[half], (one) => placed(one, fused(one), lower)),
      ),
    );
  const learning = cpu();
  const learned = learn(corpus.chunks.map(textOf));
  const learningCost = learning();
  if (learned === undefined) return [...lines, '', 'latent: too little to learn from'];
  lines.push(
    ...(await compare('latent', latentEmbedder(learned), { corpus, halves, lower })),
    `latent: learned ${learned.rows.size} terms x ${learned.dimensions} in ${learningCost}`,
  );
  if (model === undefined) return lines;
  const real = await makeTransformersEmbedder({ modelPath: model, model });
  lines.push('', ...HEAD, ...(await compare('transformers', real, { corpus, halves, lower })));
  await real.close();
  return lines;
}

function askWords({ chunks, questions }: Corpus, file: string): readonly Asked[] {
  const db = openKnowledge(file);
  const store = fileStore(db);
  const packages = grouped(chunks);
  const ids = new Map<number, number>();
  for (const [name, its] of packages)
    store.put(
      { path: `${name}/README.md`, hash: name, stat: '', day: '2026-01-01' },
      its.map(({ chunk, at }) => ({
        ord: at,
        line: chunk.line,
        endLine: chunk.endLine,
        headings: chunk.headings,
        text: chunk.text,
        object: '',
        status: '',
      })),
    );
  for (const { id, ord } of db.prepare('SELECT id, ord FROM chunks').all() as {
    id: number;
    ord: number;
  }[])
    ids.set(id, ord);
  const placed = (ranked: readonly Ranked[]): readonly Ranked[] =>
    ranked.map(({ id, score }) => ({ id: ids.get(id) ?? -1, score }));
  const asked = questions.map((question) => {
    const query = parseQuery(question.query);
    const { ranked, coverage } = rankWords(db, query, { limit: DEPTH, narrowed: undefined });
    return {
      question,
      words: placed(ranked),
      coverage,
      names: placed(byNames(db, query, { limit: DEPTH, narrowed: undefined })),
    };
  });
  db.close();
  return asked;
}

function grouped(
  chunks: readonly BenchChunk[],
): ReadonlyMap<string, readonly { readonly chunk: BenchChunk; readonly at: number }[]> {
  const groups = new Map<string, { chunk: BenchChunk; at: number }[]>();
  for (const [at, chunk] of chunks.entries()) {
    const group = groups.get(chunk.package);
    if (group === undefined) groups.set(chunk.package, [{ chunk, at }]);
    else group.push({ chunk, at });
  }
  return groups;
}

async function compare(
  name: string,
  embedder: Embedder,
  {
    corpus,
    halves,
    lower,
  }: { readonly corpus: Corpus; readonly halves: Halves; readonly lower: readonly string[] },
): Promise<readonly string[]> {
  const embedding = cpu();
  const vectors = await embedder.embed(corpus.chunks.map(textOf));
  const cost = embedding();
  const meanings = new Map<Asked, readonly Ranked[]>();
  for (const one of [...halves.tuning, ...halves.held]) {
    const [vector = new Float32Array(0)] = await embedder.embed([
      parseQuery(one.question.query).text,
    ]);
    meanings.set(one, nearest(vector, vectors));
  }
  // The weight of a setting is that of a question without matching words.
  const together = (one: Asked, ranked: readonly Fused[]): readonly Ranked[] =>
    looksTogether(embedder.kind) ? placed(one, ranked, lower) : ranked;
  const both = (one: Asked, { k, weight }: Setting): readonly Ranked[] =>
    together(
      one,
      fused(one, meanings.get(one), { k, weight: weight * need(embedder.kind, one.coverage) }),
    );
  const at = (half: readonly Asked[], setting: Setting): Scores =>
    score(half, (one) => both(one, setting));
  const alone = score(halves.tuning, (one) => fused(one));
  const chosen = choose(
    SETTINGS.map((setting) => ({ setting, scores: at(halves.tuning, setting) })),
    alone,
  );
  const active = { k: K, weight: MEANING_WEIGHT[embedder.kind] };
  const shown = SETTINGS.filter(
    ({ k, weight }) => (k === 60 && weight !== 0.7 && weight !== 0.8) || (k === 5 && weight >= 0.3),
  );
  return (['tuning', 'held'] as const)
    .flatMap((half) => [
      row(
        name,
        { half, channel: 'vectors' },
        score(halves[half], (one) => meanings.get(one) ?? []),
      ),
      ...[...new Set([...shown, ...(chosen === undefined ? [] : [chosen])])].map((setting) =>
        row(
          name,
          {
            half,
            channel: `k ${setting.k}, weight ${setting.weight}${setting === chosen ? ' (chosen)' : ''}`,
          },
          at(halves[half], setting),
        ),
      ),
    ])
    .concat(
      '',
      `${name}: ${chosen === undefined ? 'no setting' : `k ${chosen.k}, weight ${chosen.weight}`} chosen on the tuning half; ${vectors.length} chunks embedded in ${cost}`,
      `the active setting, compared with words alone: ${moved(
        halves.held,
        (one) => fused(one),
        (one) => both(one, active),
      )}`,
      `and against words that stand together: ${moved(
        halves.held,
        (one) => placed(one, fused(one), lower),
        (one) => both(one, active),
      )}`,
    );
}

/**
 * The best for paraphrases among those that find known items as often as words alone do, and hardly
 * later; a difference of one hundredth is noise.
 */
function choose(
  tried: readonly { readonly setting: Setting; readonly scores: Scores }[],
  alone: Scores,
): Setting | undefined {
  const known = (scores: Scores, figure: 'recall' | 'mrr'): number =>
    mean([scores.heading[figure], scores.sentence[figure]]);
  const kept = tried.filter(
    ({ scores }) =>
      known(scores, 'recall') >= known(alone, 'recall') &&
      known(scores, 'mrr') >= known(alone, 'mrr') - 0.01,
  );
  const worth = ({ paraphrase }: Scores): number => paraphrase.recall + paraphrase.mrr;
  return [...kept].sort((a, b) => worth(b.scores) - worth(a.scores))[0]?.setting;
}

function fused(
  { words, names }: Asked,
  meaning: readonly Ranked[] = [],
  { k, weight }: { readonly k?: number; readonly weight: number } = { weight: 0 },
): readonly Fused[] {
  return fuse(
    [
      { name: 'words', weight: 1, ranked: words },
      { name: 'names', weight: 1, ranked: names },
      { name: 'meaning', weight, ranked: meaning },
    ],
    k,
  );
}

/** As search places them, where it looks whether words stand together. */
function placed(one: Asked, ranked: readonly Fused[], lower: readonly string[]): readonly Ranked[] {
  return byProximity(parseQuery(one.question.query), ranked, (id) => lower[id] ?? '');
}

function nearest(vector: Float32Array, vectors: readonly Float32Array[]): readonly Ranked[] {
  const scored = vectors.map((one, id) => ({ id, score: dot(vector, one) }));
  return scored.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, DEPTH);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const row = (
  embedder: string,
  { half, channel }: { readonly half: string; readonly channel: string },
  scores: Scores,
): string =>
  `| ${embedder} | ${half} | ${channel} | ${KINDS.map((kind) => (scores[kind].of === 0 ? '-' : `${scores[kind].recall.toFixed(3)} / ${scores[kind].mrr.toFixed(3)}`)).join(' | ')} |`;

/** CPU and wall time since, and the memory that the process holds. */
function cpu(): () => string {
  const before = process.cpuUsage();
  const start = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return `${seconds((user + system) / 1000)} of CPU, ${seconds(performance.now() - start)} by the clock, ${Math.round(process.memoryUsage().rss / 1e6)} MB resident`;
  };
}
