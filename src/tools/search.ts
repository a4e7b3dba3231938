/** Finds the lines of the workspace that match a pattern, within a time limit. */
import { z } from 'zod';
import { countMatches, linesMatching } from '../governance/conditions/regex.js';
import { decide } from '../governance/guard/decide.js';
import { isManualPage } from '../governance/manual-page.js';
import { isSetAside } from '../governance/set-aside.js';
import { NocturneError } from '../kernel/error.js';
import { globMatches } from '../kernel/glob.js';
import { routeOf } from '../registry/route.js';
import { isLongLog, logWindows } from '../workspace/log-windows.js';
import { within } from '../workspace/root-descriptor.js';
import type { Snapshot } from '../workspace/types.js';
import { type ToolAnswer, tool } from './tool.js';
import type { ToolContext } from './tool-context.js';

/** `pattern`: searched as plain text if it is not a regular expression. */
const args = z.strictObject({ pattern: z.string(), glob: z.string().optional() });
type Hit = { readonly path: string; readonly line: number; readonly text: string };

const MOST_HITS = 100;
const LONGEST_LINE = 200;
/** For one search over all files. */
const BUDGET_MS = 10_000;
/** For the lines of one file in which something matches. */
const LINES_MS = 1_000;
/** Characters of files that are looked through at once. */
const BATCH = 1 << 17;

export const searchTool = tool({
  name: 'search',
  description:
    'Search the files of the workspace for a regular expression (case does not matter), optionally only those that match a glob.',
  args,
  need: 'project',
  doors: ['chat', 'mcp', 'command line'],
  readOnly: true,
  structured: false,
  ofPass: false,
  run: searchLines,
});

/** @throws NocturneError `BAD_VALUE` for an empty or too slow pattern. */
function searchLines(context: ToolContext, { pattern, glob }: z.infer<typeof args>): ToolAnswer {
  if (pattern === '')
    throw new NocturneError('BAD_VALUE', 'the pattern is empty', {
      hint: 'give a word or a regular expression',
    });
  const snapshot = context.seen();
  const wanted = expressionOf(pattern);
  const deadline = performance.now() + BUDGET_MS;
  const hits: Hit[] = [];
  const unsearched: string[] = [];
  const paths = ownersFirst(snapshot, glob).filter((path) => {
    const isSearched = glob !== undefined || !isLongLog(snapshot, path);
    if (!isSearched) unsearched.push(path);
    return isSearched;
  });
  const among = (text: string): boolean => matches(wanted, text, deadline);
  for (const path of likelyFiles(snapshot, paths, among)) {
    if (hits.length > MOST_HITS) break;
    let before = 0;
    for (const text of textsOf(snapshot, path)) {
      const found = matches(wanted, text, deadline);
      if (found && isReadable(snapshot, path, context.workspace.home))
        for (const { line, text: whole } of linesWith(wanted, text, MOST_HITS + 1 - hits.length))
          hits.push({ path, line: before + line, text: whole.trim().slice(0, LONGEST_LINE) });
      if (hits.length > MOST_HITS) break;
      before += linesIn(text);
    }
  }
  const shown = hits.slice(0, MOST_HITS);
  const more = hits.length > MOST_HITS;
  const lines = [
    ...shown.map((hit) => `${hit.path}:${hit.line}: ${hit.text}`),
    ...(more
      ? [`The first ${MOST_HITS} lines; there are more. Narrow the pattern, or give a glob.`]
      : []),
    ...(unsearched.length === 0
      ? []
      : [`Not searched, because they are long: ${unsearched.join(', ')}. Name them in a glob.`]),
  ];
  return {
    text: lines.length === 0 ? 'Nothing found.' : lines.join('\n'),
    data: { hits: shown, more, unsearched },
  };
}

/**
 * Those in whose batch something matches: with its time limit, each look costs as much as reading
 * ten small files.
 */
function* likelyFiles(
  snapshot: Snapshot,
  paths: readonly string[],
  matchesIn: (text: string) => boolean,
): Generator<string> {
  let [batch, text]: [string[], string] = [[], ''];
  for (const [i, path] of paths.entries()) {
    batch.push(path);
    text += isLongLog(snapshot, path) ? '' : `${snapshot.text(path) ?? ''}\n`;
    const isLong = isLongLog(snapshot, path);
    if (!isLong && text.length < BATCH && i < paths.length - 1) continue;
    if (isLong || batch.length === 1 || matchesIn(text)) yield* batch;
    [batch, text] = [[], ''];
  }
}

/** A long log comes in parts of whole lines. */
function* textsOf(snapshot: Snapshot, path: string): Generator<string> {
  if (!isLongLog(snapshot, path)) yield snapshot.text(path) ?? '';
  else
    for (const { bytes } of logWindows(within(snapshot.root, path))) yield bytes.toString('utf8');
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** The owner's files, then the manual and the logs, then what was put aside. */
function ownersFirst({ files, schema }: Snapshot, glob: string | undefined): readonly string[] {
  const rankOf = (path: string): number => {
    if (isSetAside(path)) return 2;
    return isManualPage(path) || routeOf(schema, path).tier === 'APPEND' ? 1 : 0;
  };
  const ranked = [...files.keys()]
    .filter((path) => glob === undefined || globMatches(glob, path))
    .map((path) => ({ path, rank: rankOf(path) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ path }) => path);
}

/** As strict syntax, then as older programs write it (`\-`), then as plain text. */
function expressionOf(pattern: string): RegExp {
  const plain = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  for (const [source, flags] of [
    [pattern, 'gimu'],
    [pattern, 'gim'],
  ] as const) {
    try {
      return new RegExp(source, flags);
    } catch {
      // Try the next reading.
    }
  }
  return new RegExp(plain, 'gim');
}

function matches(wanted: RegExp, text: string, deadline: number): boolean {
  const found = performance.now() > deadline ? undefined : countMatches(wanted, text, { limit: 1 });
  if (found?.kind !== 'matched') throw tooSlow(wanted);
  return found.count > 0;
}

/** The first of them. */
function linesWith(
  wanted: RegExp,
  text: string,
  limit: number,
): readonly { readonly line: number; readonly text: string }[] {
  const lines = text.split(/\r?\n/);
  const found = linesMatching(wanted, lines, { limit, budgetMs: LINES_MS });
  if (found.kind !== 'matched') throw tooSlow(wanted);
  return found.lines.map((index) => ({ line: index + 1, text: lines[index] ?? '' }));
}

function tooSlow(wanted: RegExp): NocturneError {
  return new NocturneError(
    'BAD_VALUE',
    `the pattern ${wanted.source.slice(0, 100)} takes too long to look for`,
    {
      hint: 'nested repetition such as (a+)+ does that; write it plainer, or narrow it with a glob',
    },
  );
}

/** What may not be read is not found either. */
function isReadable(snapshot: Snapshot, path: string, home: string): boolean {
  return decide(snapshot, { kind: 'reader' }, { kind: 'read', path }, { home }).verdict === 'allow';
}
