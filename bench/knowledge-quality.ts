/** How often search finds what is known to be the answer: by words, by each embedder, and by both fused. The weight is chosen on one half of the questions and reported on the other. */
import { join } from 'node:path';
import { openKnowledge } from '../src/modules/knowledge/database.js';
import { dot, type Embedder } from '../src/modules/knowledge/embedder.js';
import { fuse } from '../src/modules/knowledge/fuse.js';
import { latentEmbedder } from '../src/modules/knowledge/latent-embedder.js';
import { learn } from '../src/modules/knowledge/latent-model.js';
import { byNames, byWords, type Ranked } from '../src/modules/knowledge/lexical.js';
import { parseQuery } from '../src/modules/knowledge/query-syntax.js';
import { fileStore } from '../src/modules/knowledge/store-file.js';
import { makeTransformersEmbedder } from '../src/modules/knowledge/transformers-embedder.js';
import { makeTinyOnnx } from '../test/support/make-tiny-onnx.js';
import { type BenchChunk, type Corpus, makeCorpus, type Question, textOf } from './knowledge-corpus.js';

const WEIGHTS = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.7, 1];
const DEPTH = 100;
const KINDS = ['heading', 'sentence', 'paraphrase'] as const;

type Score = { readonly recall: number; readonly mrr: number };
type Scores = Readonly<Record<(typeof KINDS)[number], Score>>;
type Asked = { readonly question: Question; readonly words: readonly Ranked[]; readonly names: readonly Ranked[] };
type Halves = { readonly tuning: readonly Asked[]; readonly held: readonly Asked[] };

/** Tables in markdown. @param model a directory with a real sentence model, measured as well. */
export async function knowledgeQuality(directory: string, model?: string): Promise<string> {
  const corpus = makeCorpus();
  const start = performance.now();
  const asked = askWords(corpus, directory);
  const wordsMs = performance.now() - start;
  // By turns within each kind: both halves are alike.
  const halves: Halves = { tuning: KINDS.flatMap((kind) => ofKind(asked, kind).filter((_, i) => i % 2 === 0)), held: KINDS.flatMap((kind) => ofKind(asked, kind).filter((_, i) => i % 2 === 1)) };
  const lines = [
    `${corpus.files} READMEs, ${corpus.chunks.length} chunks; questions: ${KINDS.map((kind) => `${ofKind(asked, kind).length} ${kind}`).join(', ')}; indexed for words and asked in ${seconds(wordsMs)}`,
    '', '| embedder | half | channel | heading | sentence | paraphrase |', '|---|---|---|---|---|---|',
  ];
  for (const half of ['tuning', 'held'] as const) lines.push(row('none', { half, channel: 'words' }, score(halves[half], (one) => fused(one))));
  const learning = cpu();
  const learnt = learn(corpus.chunks.map(textOf));
  const learningCost = learning();
  if (learnt !== undefined) lines.push(...(await compare('latent', latentEmbedder(learnt), { corpus, halves })), `\nlatent: learnt ${learnt.rows.size} terms x ${learnt.dimensions} in ${learningCost}`);
  const tiny = join(directory, 'tiny');
  makeTinyOnnx(tiny, { dimensions: 96 });
  const check = makeCorpus(60);
  const embedder = await makeTransformersEmbedder({ modelPath: tiny, model: 'tiny' });
  const vectors = await embedder.embed(check.chunks.map(textOf));
  await embedder.close();
  lines.push(`\ntransformers with a made-up tiny model: ${vectors.length} chunks embedded, ${vectors[0]?.length ?? 0} dimensions (it runs; the model knows a few dozen words, so its quality says nothing)`);
  if (model !== undefined) {
    const real = await makeTransformersEmbedder({ modelPath: model, model });
    lines.push('', '| embedder | half | channel | heading | sentence | paraphrase |', '|---|---|---|---|---|---|', ...(await compare('transformers', real, { corpus, halves })));
    await real.close();
  }
  return [...lines, '', ...(await batches(tiny))].join('\n');
}

function askWords({ chunks, questions }: Corpus, directory: string): readonly Asked[] {
  const db = openKnowledge(join(directory, 'quality.db'));
  const store = fileStore(db);
  const packages = grouped(chunks);
  const ids = new Map<number, number>();
  for (const [name, its] of packages) store.put({ path: `${name}/README.md`, hash: name, stat: '', day: '2026-01-01' }, its.map(({ chunk, at }) => ({ ord: at, line: chunk.line, endLine: chunk.endLine, headings: chunk.headings, text: chunk.text, object: '', status: '' })));
  for (const { id, ord } of db.prepare('SELECT id, ord FROM chunks').all() as { id: number; ord: number }[]) ids.set(id, ord);
  const placed = (ranked: readonly Ranked[]): readonly Ranked[] => ranked.map(({ id, score }) => ({ id: ids.get(id) ?? -1, score }));
  const asked = questions.map((question) => {
    const query = parseQuery(question.query);
    return { question, words: placed(byWords(db, query, { limit: DEPTH, narrowed: undefined })), names: placed(byNames(db, query, { limit: DEPTH, narrowed: undefined })) };
  });
  db.close();
  return asked;
}

function grouped(chunks: readonly BenchChunk[]): ReadonlyMap<string, readonly { readonly chunk: BenchChunk; readonly at: number }[]> {
  const groups = new Map<string, { chunk: BenchChunk; at: number }[]>();
  for (const [at, chunk] of chunks.entries()) {
    const group = groups.get(chunk.package);
    if (group === undefined) groups.set(chunk.package, [{ chunk, at }]);
    else group.push({ chunk, at });
  }
  return groups;
}

async function compare(name: string, embedder: Embedder, { corpus, halves }: { readonly corpus: Corpus; readonly halves: Halves }): Promise<readonly string[]> {
  const embedding = cpu();
  const vectors = await embedder.embed(corpus.chunks.map(textOf));
  const cost = embedding();
  const meanings = new Map<Asked, readonly Ranked[]>();
  for (const one of [...halves.tuning, ...halves.held]) {
    const [vector = new Float32Array(0)] = await embedder.embed([parseQuery(one.question.query).text]);
    meanings.set(one, nearest(vector, vectors));
  }
  const at = (half: readonly Asked[], weight: number): Scores => score(half, (one) => fused(one, meanings.get(one), weight));
  const alone = score(halves.tuning, (one) => fused(one));
  const chosen = choose(WEIGHTS.map((weight) => ({ weight, scores: at(halves.tuning, weight) })), alone);
  return [
    row(name, { half: 'tuning', channel: 'vectors' }, score(halves.tuning, (one) => meanings.get(one) ?? [])),
    ...WEIGHTS.map((weight) => row(name, { half: 'tuning', channel: `fused, ${weight}` }, at(halves.tuning, weight))),
    row(name, { half: 'held', channel: 'vectors' }, score(halves.held, (one) => meanings.get(one) ?? [])),
    ...WEIGHTS.map((weight) => row(name, { half: 'held', channel: `fused, ${weight}${weight === chosen ? ' (chosen)' : ''}` }, at(halves.held, weight))),
    `\n${name}: weight ${chosen ?? 'none'} chosen on the tuning half; ${vectors.length} chunks embedded in ${cost}`,
  ];
}

/** The best for paraphrases among those that find known items about as often as words alone do. */
function choose(tried: readonly { readonly weight: number; readonly scores: Scores }[], alone: Scores): number | undefined {
  const kept = tried.filter(({ scores }) => (['heading', 'sentence'] as const).every((kind) => scores[kind].recall >= alone[kind].recall - 0.005 && scores[kind].mrr >= alone[kind].mrr - 0.01));
  const worth = ({ paraphrase }: Scores): number => paraphrase.recall + paraphrase.mrr;
  return [...kept].sort((a, b) => worth(b.scores) - worth(a.scores))[0]?.weight;
}

function fused({ words, names }: Asked, meaning: readonly Ranked[] = [], weight = 0): readonly Ranked[] {
  return fuse([{ name: 'words', weight: 1, ranked: words }, { name: 'names', weight: 1, ranked: names }, { name: 'meaning', weight, ranked: meaning }]);
}

function nearest(vector: Float32Array, vectors: readonly Float32Array[]): readonly Ranked[] {
  const scored = vectors.map((one, id) => ({ id, score: dot(vector, one) }));
  return scored.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, DEPTH);
}

function score(asked: readonly Asked[], rank: (one: Asked) => readonly Ranked[]): Scores {
  const of = (kind: Question['kind']): Score => {
    const places = ofKind(asked, kind).map((one) => rank(one).slice(0, 10).findIndex(({ id }) => one.question.hits.has(id)));
    return { recall: mean(places.map((place) => (place < 0 ? 0 : 1))), mrr: mean(places.map((place) => (place < 0 ? 0 : 1 / (place + 1)))) };
  };
  return { heading: of('heading'), sentence: of('sentence'), paraphrase: of('paraphrase') };
}

const ofKind = (asked: readonly Asked[], kind: Question['kind']): readonly Asked[] => asked.filter(({ question }) => question.kind === kind);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const row = (embedder: string, { half, channel }: { readonly half: string; readonly channel: string }, scores: Scores): string => `| ${embedder} | ${half} | ${channel} | ${KINDS.map((kind) => `${scores[kind].recall.toFixed(3)} / ${scores[kind].mrr.toFixed(3)}`).join(' | ')} |`;

/** CPU and wall time since, and the memory that the process holds. */
function cpu(): () => string {
  const before = process.cpuUsage();
  const start = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return `${seconds((user + system) / 1000)} of CPU, ${seconds(performance.now() - start)} by the clock, ${Math.round(process.memoryUsage().rss / 1e6)} MB resident`;
  };
}

/** The corpus of 250 files in batches against one text after the other, through the same embedder. */
async function batches(tiny: string): Promise<readonly string[]> {
  const texts = makeCorpus(250).chunks.map(textOf);
  const lines = ['| embedder | chunks | one by one | in batches | ratio |', '|---|---|---|---|---|'];
  const model = learn(texts);
  const embedders = [await makeTransformersEmbedder({ modelPath: tiny, model: 'tiny' }), ...(model === undefined ? [] : [latentEmbedder(model)])];
  for (const embedder of embedders) {
    await embedder.embed(texts.slice(0, 64));
    const start = performance.now();
    for (const text of texts) await embedder.embed([text]);
    const single = performance.now() - start;
    const again = performance.now();
    await embedder.embed(texts);
    const together = performance.now() - again;
    lines.push(`| ${embedder.kind}${embedder.kind === 'transformers' ? ' (tiny)' : ''} | ${texts.length} | ${seconds(single)} | ${seconds(together)} | ${(single / together).toFixed(1)}x |`);
    await embedder.close();
  }
  return lines;
}
