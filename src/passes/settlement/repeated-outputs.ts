/**
 * T5: the outputs that repeat what stood in the workspace before the pass, where a module knows its
 * texts. What counts as earlier is told by the baseline, not by what the module has seen meanwhile.
 */
import { newLines, type Repeat, repeatOf } from '../../governance/quality/repeats.js';
import type { Snapshot } from '../../workspace/types.js';
import { moduleAlike } from '../modules/module-hooks.js';
import { baselineSnapshot } from './settle.js';
import type { Pass } from '../types.js';

/** What passes are told, and what is noted of them: neither work nor repeated by it. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  'DISPATCH',
  'PROJECT',
  'DRAFT',
  'PHASES',
  'NOTIFICATION',
  'NOTIFICATION-ARCHIVE',
  'BRIEFING',
  'LOCK',
  'REVIEW',
  'MEMORY',
  'TOOL',
]);

/**
 * Nothing for an idle pass, whose work is to tidy up what is there. @param snapshot of now, after
 * what was out of bounds is undone.
 */
export async function repeatedOutputs(pass: Pass, snapshot: Snapshot): Promise<readonly Repeat[]> {
  const { baseline, outputs, project } = pass.data;
  if (project === undefined || baseline === undefined) return [];
  const before = baselineSnapshot(pass.env.workspace, baseline);
  const isWork = (path: string): boolean =>
    !snapshot.objectsOf(path).some((object) => BOOKKEEPING.has(object.object));
  const asked = outputs.flatMap((path) =>
    ((text) =>
      text === undefined || !isWork(path) ? [] : [{ path, text, own: before.text(path) }])(
      snapshot.text(path),
    ),
  );
  const answers = await moduleAlike(pass, {
    step: 'T5',
    texts: asked.map(({ text, own }) => newLines(text, own)),
    among: (path) => before.files.has(path) && isWork(path),
  });
  // What was moved, or merged from files that are gone, is said once and repeats nothing.
  const stood = (path: string, passage: string): boolean =>
    [before, snapshot].every((at) => at.text(path)?.includes(passage) === true);
  return asked.flatMap(({ path, text, own }, i) => {
    const parts = answers?.[i]?.map((part) => ({
      ...part,
      found: part.found.filter((one) => stood(one.path, one.text)),
    }));
    return parts === undefined ? [] : (repeatOf({ path, text }, { own, parts }) ?? []);
  });
}
