/**
 * What the quality of search is measured on: READMEs of packages, cut into chunks, and questions
 * whose answers are known.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chunkText } from '../src/modules/knowledge/store/chunk.js';
import { embeddedText } from '../src/modules/knowledge/store/store-file.js';

export type BenchChunk = {
  readonly package: string;
  readonly ord: number;
  readonly line: number;
  readonly endLine: number;
  headings: readonly string[];
  text: string;
};
/**
 * `heading` and `sentence` were taken out of the corpus, `paraphrase` and `fresh` were written by
 * hand, the latter without looking at any result and never tuned on.
 * `hits`: places of the chunks that answer.
 */
export type Question = {
  readonly kind: 'heading' | 'sentence' | 'paraphrase' | 'fresh';
  readonly query: string;
  readonly hits: ReadonlySet<number>;
};
export type Corpus = {
  readonly files: number;
  readonly chunks: readonly BenchChunk[];
  readonly questions: readonly Question[];
};

/** One for each package, so that versions and translations of a text do not compete with it. */
export function readmes(): readonly { readonly package: string; readonly text: string }[] {
  const root = join(process.cwd(), 'node_modules');
  const names = readdirSync(root)
    .flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(join(root, name)).map((inner) => `${name}/${inner}`)
        : [name],
    )
    .filter((name) => !name.startsWith('.'))
    .sort();
  const seen = new Set<string>();
  return names.flatMap((name) => {
    const file = existsSync(join(root, name, 'package.json'))
      ? readdirSync(join(root, name)).find((one) => /^readme\.md$/i.test(one))
      : undefined;
    const text = file === undefined ? '' : readFileSync(join(root, name, file), 'utf8');
    if (text.trim() === '' || seen.has(text)) return [];
    seen.add(text);
    return [{ package: name, text }];
  });
}

/** @param most files. */
export function makeCorpus(most: number = Number.POSITIVE_INFINITY): Corpus {
  const files = readmes().slice(0, most);
  const chunks: BenchChunk[] = files.flatMap((file) =>
    chunkText(file.text).map((chunk) => ({ package: file.package, ...chunk })),
  );
  const known = [...headings(chunks), ...sentences(chunks)];
  return {
    files: files.length,
    chunks,
    questions: [
      ...known,
      ...written(chunks, 'paraphrase', 'paraphrases'),
      ...written(chunks, 'fresh', 'paraphrases-fresh'),
    ],
  };
}

/** Those that the corpus answers. */
function written(
  chunks: readonly BenchChunk[],
  kind: Question['kind'],
  file: string,
): readonly Question[] {
  const all = JSON.parse(
    readFileSync(join(process.cwd(), `bench/${file}.json`), 'utf8'),
  ) as readonly { readonly query: string; readonly packages: readonly string[] }[];
  return all
    .map(
      ({ query, packages }): Question => ({
        kind,
        query: plain(query),
        hits: new Set(
          chunks.flatMap((chunk, at) => (packages.includes(chunk.package) ? [at] : [])),
        ),
      }),
    )
    .filter(({ hits }) => hits.size > 0);
}

export const textOf = (chunk: BenchChunk): string => embeddedText(chunk);

const MOST_OF_A_KIND = 400;

/**
 * A heading of at least three words of a section that says something; taken out of its line and out
 * of the titles of everything below it.
 */
function headings(chunks: readonly BenchChunk[]): readonly Question[] {
  const chance = chances(1);
  const found: Question[] = [];
  for (const chunk of chunks) {
    const heading = chunk.headings.at(-1);
    if (
      found.length >= MOST_OF_A_KIND ||
      heading === undefined ||
      heading.trim().split(/\s+/).length < 3 ||
      chunk.text.length < 300 ||
      !/^#+ /.test(chunk.text) ||
      chance() > 0.35
    )
      continue;
    const below = [...chunks.keys()].filter(
      (at) => chunks[at]?.package === chunk.package && chunks[at]?.headings.includes(heading),
    );
    chunk.text = chunk.text.replace(/^.*\n/, '');
    for (const at of below) {
      const one = chunks[at];
      if (one !== undefined) one.headings = one.headings.filter((title) => title !== heading);
    }
    found.push({ kind: 'heading', query: plain(heading), hits: new Set(below) });
  }
  return found;
}

/** The first whole sentence of a passage that has more to say. */
function sentences(chunks: readonly BenchChunk[]): readonly Question[] {
  const chance = chances(2);
  const found: Question[] = [];
  for (const [at, chunk] of chunks.entries()) {
    if (found.length >= MOST_OF_A_KIND || chunk.text.length < 400 || chance() > 0.5) continue;
    const sentence = /(?:^|\n)([A-Z][^\n.|#]{40,200}\.)(?=\s)/.exec(chunk.text)?.[1];
    if (sentence === undefined) continue;
    chunk.text = chunk.text.replace(sentence, '');
    found.push({ kind: 'sentence', query: plain(sentence), hits: new Set([at]) });
  }
  return found;
}

/** Without what search reads as a phrase or a filter. */
function plain(text: string): string {
  return text.replace(/["“”:]/g, ' ').trim();
}

/** Numbers in [0, 1) that are the same each time. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
