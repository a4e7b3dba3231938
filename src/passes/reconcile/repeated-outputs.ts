/**
 * T5: the outputs that repeat what stood in the workspace before the pass, where a module knows its
 * texts. What counts as earlier is decided by the baseline, not by what the module has seen since.
 */
import { newLines, type Repeat, repeatOf } from '../../governance/quality/repeats.js';
import type { Act } from '../act.js';
import { moduleAlike } from '../modules/module-hooks.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import type { Reconciled, StepContext } from '../types.js';

/** What passes are told, and what is noted of them: neither work nor repeated by it. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  'DISPATCH',
  'PROJECT',
  'DRAFT',
  'PHASES',
  'NOTIFICATION',
  'NOTIFICATION-ARCHIVE',
  'BRIEFING',
  'WRITER',
  'CLAIM',
  'REVIEW',
  'MEMORY',
  'TOOL',
]);

/** `acts`: the rows of modules that could not tell. */
export type Repeats = { readonly repeats: readonly Repeat[]; readonly acts: readonly Act[] };

/** Nothing for an idle pass, whose work is to tidy up what is there. */
export async function repeatedOutputs(context: StepContext, pass: Reconciled): Promise<Repeats> {
  const { env, snapshot } = context;
  const { baseline, outputs, project } = pass;
  if (project === undefined) return { repeats: [], acts: [] };
  const before = baselineSnapshot(env.workspace, baseline);
  const isWork = (path: string): boolean =>
    !snapshot.objectsOf(path).some((object) => BOOKKEEPING.has(object.object));
  const asked = outputs.filter((path) => isWork(path) && snapshot.text(path) !== undefined);
  const { answers, acts } = await moduleAlike(context, pass, {
    step: 'T5',
    texts: asked.map((path) => () => newLines(snapshot.text(path) ?? '', before.text(path))),
    among: (path) => before.files.has(path) && isWork(path),
  });
  // What was moved, or merged from files that are gone, is said once and repeats nothing.
  const stood = (path: string, passage: string): boolean =>
    [before, snapshot].every((view) => view.text(path)?.includes(passage) === true);
  const repeats = asked.flatMap((path, i) => {
    const parts = answers?.[i]?.map((part) => ({
      ...part,
      found: part.found.filter((match) => stood(match.path, match.text)),
    }));
    if (parts === undefined) return [];
    const [text, own] = [snapshot.text(path) ?? '', before.text(path)];
    return repeatOf({ path, text }, { own, parts }) ?? [];
  });
  return { repeats, acts };
}
