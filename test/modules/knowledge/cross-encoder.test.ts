/**
 * The re-ranker: a model of our own script through the code that runs the real one, and the flag
 * that asks it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  makeCrossEncoder,
  RERANK_MODEL,
} from '../../../src/modules/knowledge/embedders/cross-encoder.js';
import { NO_EMBEDDER } from '../../../src/modules/knowledge/embedders/embedder.js';
import { modelDirectory } from '../../../src/modules/knowledge/embedders/model-directory.js';
import { makeTinyOnnx } from '../../support/make-tiny-onnx.js';
import { document, nocturne } from '../../surfaces/mcp/mcp-place.js';
import { knowledgePlace } from './knowledge-place.js';

t.setTimeout(120_000);

const NOTES = {
  'notes/a.md':
    '# A\n\nThe note of the night: the note of the file, the note of a team, and a note.\n',
  'notes/b.md': '# B\n\nErase the document; a note.\n',
  'notes/c.md': '# C\n\nThe cat sleeps in the garden at night; a note on trees.\n',
};

t.test('a model that reads question and passage together says how well they fit', async (t) => {
  const directory = join(t.testdir({}), 'pairs');
  makeTinyOnnx(directory, { task: 'pairs' });
  const reranker = await makeCrossEncoder({ modelPath: directory, model: 'pairs' });
  t.teardown(() => reranker.close());
  t.match(reranker.name, /^pairs@q8-/);
  const texts = [
    'The dog rests under a tree.',
    'Erase the document.',
    'Erase the document. '.repeat(400),
  ];
  const [animal = 0, file = 0, long = 0] = await reranker.scores('remove a file', texts);
  t.ok(file > animal && long > animal, `${file} and ${long} against ${animal}`);
  const [other = 0, same = 0] = await reranker.scores(
    'an animal sleeps in the garden',
    [...texts].slice(0, 2).reverse(),
  );
  t.ok(same > other, 'it depends on the question');
  t.same(await reranker.scores('file', []), []);
  await t.rejects(makeCrossEncoder({ modelPath: join(directory, 'none') }), {
    code: 'NOT_FOUND',
    hint: /knowledge model fetch --reranker/,
  });
  const sentences = join(t.testdirName, 'sentences');
  makeTinyOnnx(sentences);
  await t.rejects(
    makeCrossEncoder({ modelPath: sentences }),
    { code: 'UNREADABLE', message: /no logits for 1 pairs/ },
    'a model of another kind is no re-ranker',
  );
});

t.test('it puts the best passages in order, and only them', async (t) => {
  const place = knowledgePlace(t.testdir(), NOTES);
  const directory = modelDirectory(place.home, RERANK_MODEL);
  await place.index('none');
  const paths = (found: {
    readonly hits: readonly { readonly path: string }[];
  }): readonly string[] => found.hits.map((hit) => hit.path);
  const question = 'note to remove a file path:notes/';
  t.equal(
    paths(await place.ask(question, { embedder: NO_EMBEDDER }))[0],
    'notes/a.md',
    'words alone know no better',
  );
  t.match(nocturne({ ...place }, ['knowledge', 'search', question, '--rerank']), {
    exit: 2,
    stderr:
      /NOT_FOUND: the model Xenova\/ms-marco-MiniLM-L-6-v2 is not in .*\n.*knowledge model fetch --reranker/,
  });
  makeTinyOnnx(directory, { task: 'pairs' });
  const answer = document(place, [
    'knowledge',
    'search',
    question,
    '--rerank',
    '--explain',
    '--embedder',
    'none',
  ]) as { hits: { path: string; relevance: number }[]; reranker: string };
  t.match(answer.reranker, /^Xenova\/ms-marco-MiniLM-L-6-v2@q8-/);
  t.equal(paths(answer)[0], 'notes/b.md', JSON.stringify(answer.hits));
  t.ok(
    answer.hits.every((hit, i) => i === 0 || hit.relevance <= (answer.hits[i - 1]?.relevance ?? 0)),
  );
  t.match(
    nocturne(place, ['knowledge', 'model', 'show']).stdout,
    /^Xenova\/all-MiniLM-L6-v2: .*\(missing\)\nXenova\/ms-marco-MiniLM-L-6-v2: [^(]*\n$/,
  );
  writeFileSync(join(directory, 'onnx/model_quantized.onnx'), 'not a model');
  t.match(nocturne(place, ['knowledge', 'search', question, '--rerank']), {
    exit: 1,
    stderr: /UNREADABLE: the model in .* cannot be loaded/,
  });
});
