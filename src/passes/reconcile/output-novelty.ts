/**
 * T5: which outputs say something that no earlier output of the project says. What was there before
 * is known by hash: from the baseline and from the change log.
 */
import { noveltyOf, type Text } from '../../governance/quality/novelty.js';
import { withoutDates, wordsIn } from '../../governance/quality/sketch.js';
import { FEWEST_WORDS } from '../../governance/approach.js';
import { newLines, type Repeat } from '../../governance/quality/repeats.js';
import { globMatches } from '../../kernel/glob.js';
import { changeRows } from '../../workspace/history.js';
import type { Snapshot } from '../../workspace/types.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import type { PassEnvironment, Reconciled } from '../types.js';

/** `words`: how many the new content has; a file that is not text counts as enough. */
export type NewWork = { readonly novel: number; readonly words: number };

export function newWorkOf(
  { workspace }: PassEnvironment,
  { pass, snapshot }: { readonly pass: Reconciled; readonly snapshot: Snapshot },
  repeats: readonly Repeat[],
): NewWork {
  const { outputs, baseline } = pass;
  const before = baselineSnapshot(workspace, baseline);
  const written = hashesWritten(snapshot, pass);
  const repeating = new Set(repeats.map(({ path }) => path));
  const isKnown = (path: string): boolean =>
    repeating.has(path) || written.has(snapshot.hash(path) ?? '');
  const added = new Map<string, number>();
  for (const { path, text } of textsOf(snapshot, outputs))
    added.set(path, addedWords(text, before.text(path)));
  const compared = noveltyOf(textsOf(snapshot, outputs), earlierTexts(before, pass));
  const fresh = compared.outputs.filter(
    ({ path, duplicate }) => !duplicate && !isKnown(path) && (added.get(path) ?? 0) > 0,
  );
  const unreadable = outputs.filter((path) => !added.has(path) && !isKnown(path)).length;
  const words = fresh.reduce((sum, { path }) => sum + (added.get(path) ?? 0), 0);
  return {
    novel: fresh.length + unreadable,
    words: unreadable > 0 ? Math.max(words, FEWEST_WORDS) : words,
  };
}

/** One text at a time. */
function* textsOf(snapshot: Snapshot, paths: readonly string[]): Generator<Text> {
  for (const path of paths) {
    const text = snapshot.text(path);
    if (text !== undefined) yield { path, text };
  }
}

/** All earlier outputs of the project, read one after the other. */
function* earlierTexts(before: Snapshot, { outputs, writes }: Reconciled): Generator<Text> {
  const own = new Set(outputs);
  for (const { path, kind } of before.files.values()) {
    if (kind !== 'file' || own.has(path)) continue;
    if (!writes.some((glob) => globMatches(glob, path))) continue;
    const text = before.text(path);
    if (text !== undefined) yield { path, text };
  }
}

/** A new date or a new layout is not new content. */
function addedWords(text: string, own: string | undefined): number {
  if (own === undefined) return wordsIn(text).length;
  return wordsIn(newLines(withoutDates(text), withoutDates(own))).length;
}

/** Every content that a file of the project has had: text that comes back is not new. */
function hashesWritten(snapshot: Snapshot, { project, runId }: Reconciled): ReadonlySet<string> {
  const hashes = new Set<string>();
  if (project === undefined) return hashes;
  for (const row of changeRows(snapshot, { under: `PROJECTS/${project}/` })) {
    if (row.runId === runId || row.address.includes('#')) continue;
    for (const value of [row.old, row.new])
      if (value.startsWith('sha256:')) hashes.add(value.slice('sha256:'.length));
  }
  return hashes;
}
