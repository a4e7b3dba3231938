/** T9: removes what no pass will go on with. */
import { fieldText } from '../../project/field-text.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { dropWork, keptWork, projectsWithWork } from './kept-work.js';
import { KEPT_MS } from './resumption.js';

/** A project in one of these states starts its next phase from the beginning, or none. */
const OVER: ReadonlySet<string> = new Set(['transition-hold', 'complete', 'abandoned']);

/** Of projects that are gone or have ended their phase, and what waited too long. */
export function dropStaleWork({ state }: Workspace, snapshot: Snapshot): void {
  for (const slug of projectsWithWork(state))
    if (isOver(snapshot, slug) || isTooOld(state, slug, snapshot.now)) dropWork(state, slug);
}

function isOver(snapshot: Snapshot, slug: string): boolean {
  // Of a unit: it may be tried again as long as its work is kept.
  if (slug.includes('/')) return false;
  const row = snapshot.record('DISPATCH', slug);
  return row === undefined || OVER.has(fieldText(row, 'status'));
}

function isTooOld(state: string, slug: string, now: Date): boolean {
  const kept = keptWork(state, slug);
  return kept.kind === 'kept' && now.getTime() - Date.parse(kept.last.at) > KEPT_MS;
}
