/** A question and its answer, for every caller. */
import { isManualPage } from '../../../governance/manual-page.js';
import { defined } from '../../../kernel/defined.js';
import type { ToolAnswer } from '../../../tools/tool.js';
import { makeCrossEncoder, RERANK_MODEL } from '../embedders/cross-encoder.js';
import type { ActiveEmbedder } from './choose-embedder.js';
import { openForAnswer, type Caller, visible } from './caller.js';
import { modelDirectory } from '../embedders/model-directory.js';
import type { Reranker } from '../embedders/rerank.js';
import { type Found, type Hit, search } from '../ranking/search.js';
import { marked } from '../ranking/snippet.js';

export type SearchArguments = {
  readonly query: string;
  readonly limit?: number | undefined;
  readonly explain?: boolean | undefined;
  readonly refresh?: boolean | undefined;
  readonly rerank?: boolean | undefined;
  readonly embedder?: string | undefined;
};

export const DEFAULT_LIMIT = 8;
export const MOST_HITS = 50;

export async function answerSearch(
  caller: Caller,
  {
    query,
    limit = DEFAULT_LIMIT,
    explain = false,
    refresh = true,
    rerank = false,
    embedder,
  }: SearchArguments,
): Promise<ToolAnswer> {
  const { db, snapshot, active } = await openForAnswer(caller, { flag: embedder, refresh });
  const reranker = rerank ? await openReranker(caller) : undefined;
  try {
    const found = await search(db, query, {
      root: caller.workspace.root,
      embedder: active.embedder,
      limit: Math.min(limit, MOST_HITS),
      isManual: isManualPage,
      ...visible(caller, snapshot),
      ...defined({ rerank: reranker }),
    });
    return answerOf(found, { active, explain, reranker });
  } finally {
    await reranker?.close();
  }
}

function openReranker({ workspace, signal }: Caller): Promise<Reranker> {
  return makeCrossEncoder({
    modelPath: modelDirectory(workspace.home, RERANK_MODEL),
    ...defined({ signal }),
  });
}

function answerOf(
  { hits, stale, gone, coverage, weight }: Found,
  {
    active,
    explain,
    reranker,
  }: {
    readonly active: ActiveEmbedder;
    readonly explain: boolean;
    readonly reranker: Reranker | undefined;
  },
): ToolAnswer {
  const notes = [
    ...(explain
      ? [
          `The best passage reaches ${Math.round(100 * Math.min(1, coverage))} % of the score that the query's words allow; vectors weigh ${weight.toFixed(2)}, words 1.`,
        ]
      : []),
    ...(stale.length === 0
      ? []
      : [`Left out because they changed after indexing: ${stale.join(', ')}`]),
    ...(gone.length === 0 ? [] : [`Left out because they were deleted: ${gone.join(', ')}`]),
  ];
  const text = [
    ...(hits.length === 0 ? ['Nothing found.'] : hits.map((hit) => textOf(hit, explain))),
    ...notes,
    `Searched by ${active.why}${reranker === undefined ? '' : `, sorted by ${reranker.name}`}.`,
  ].join('\n');
  return {
    text,
    data: {
      embedder: active.embedder.kind,
      model: active.embedder.model,
      searchedBy: active.why,
      ...defined({ reranker: reranker?.name }),
      hits: hits.map((hit) => dataOf(hit, explain)),
      stale,
      ...defined({
        coverage: explain ? rounded(coverage) : undefined,
        meaningWeight: explain ? rounded(weight) : undefined,
        better: active.better,
      }),
    },
  };
}

function textOf(hit: Hit, explain: boolean): string {
  const head = `${hit.path}:${hit.line}${hit.heading === '' ? '' : `  ${hit.heading}`}`;
  return [
    head,
    `    ${marked(hit.snippet, (part) => `«${part}»`)}`,
    ...(explain ? whyOf(hit) : []),
  ].join('\n');
}

/** Ranks, scores and their sum. */
function whyOf({ shares, score, near, relevance }: Hit): readonly string[] {
  return [
    ...shares.map(
      (share) =>
        `    ${share.channel}: rank ${share.rank}, score ${share.score.toFixed(3)}, weight ${Number(share.weight.toFixed(2))}, adds ${share.contribution.toFixed(5)}`,
    ),
    `    total ${score.toFixed(5)}${near === 0 ? '' : `, of which ${near.toFixed(3)} for words that appear together`}${relevance === undefined ? '' : `; the re-ranker's score is ${relevance.toFixed(3)}`}`,
  ];
}

export function dataOf(hit: Hit, explain: boolean): Readonly<Record<string, unknown>> {
  return {
    path: hit.path,
    line: hit.line,
    heading: hit.heading,
    score: rounded(hit.score),
    snippet: hit.snippet.text,
    marks: hit.snippet.marks,
    ...(explain ? explanationOf(hit) : undefined),
  };
}

function explanationOf({ near, relevance, shares }: Hit): object {
  return {
    near: rounded(near),
    ...defined({ relevance: relevance === undefined ? undefined : rounded(relevance) }),
    why: shares.map((share) => ({
      ...share,
      score: rounded(share.score),
      contribution: rounded(share.contribution),
    })),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
