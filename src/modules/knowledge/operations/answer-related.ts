/** The files that are about the same as one file; the same answer for every caller. */
import { NocturneError } from '../../../kernel/error.js';
import type { ToolAnswer } from '../../../tools/tool.js';
import { type Caller, openForAnswer, visible } from './caller.js';
import { freshnessOf } from '../store/fresh.js';
import { isKnowledge } from '../store/index-files.js';
import { relatedTo } from '../ranking/related.js';
import { MEANING_WEIGHT } from '../ranking/weigh.js';
import { snippetOf, wantedOf } from '../ranking/snippet.js';

const DEFAULT_LIMIT = 8;

/**
 * @throws NocturneError `NOT_FOUND` if the index does not have the file or the caller may not see
 * it.
 */
export async function answerRelated(
  caller: Caller,
  {
    path,
    limit = DEFAULT_LIMIT,
    refresh = true,
  }: {
    readonly path: string;
    readonly limit?: number | undefined;
    readonly refresh?: boolean | undefined;
  },
): Promise<ToolAnswer> {
  const { db, snapshot, active } = await openForAnswer(caller, { refresh });
  const seen = visible(caller, snapshot);
  const wanted = path.replace(/^\.\//, '');
  const entry = snapshot.files.get(wanted);
  if (
    entry === undefined ||
    !isKnowledge(snapshot, entry) ||
    seen.sees?.(wanted) === false ||
    !seen.shows({ path: wanted, text: '' })
  )
    throw new NocturneError('NOT_FOUND', `the knowledge index has no file ${path}`, {
      hint: 'the index contains the markdown of the workspace without logs; give a path from its root',
    });
  const freshness = freshnessOf(db, caller.workspace.root);
  const found = relatedTo(db, wanted, {
    limit,
    weight: MEANING_WEIGHT[active.embedder.kind],
    ...seen,
    isFresh: (file) => freshness(file) === 'same',
  });
  const hits = found.map(({ path: other, score, passage }) => ({
    path: other,
    line: passage.line,
    heading: passage.headings,
    score: Number(score.toPrecision(6)),
    snippet: snippetOf(passage.text, wantedOf([])).text,
  }));
  const text = [
    ...(hits.length === 0
      ? ['No file is related to it.']
      : hits.map(
          (hit) =>
            `${hit.path}:${hit.line}${hit.heading === '' ? '' : `  ${hit.heading}`}\n    ${hit.snippet}`,
        )),
    `Found by ${active.why}.`,
  ].join('\n');
  return {
    text,
    data: { path: wanted, embedder: active.embedder.kind, searchedBy: active.why, hits },
  };
}
