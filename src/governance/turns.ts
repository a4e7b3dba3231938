/** Turn-taking: how often in a row a project made no progress, and when it rests. */
import { plural } from '../kernel/words.js';
import type { Rec } from '../markdown/types.js';
import { computedFrom } from '../workspace/reads.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldInt, fieldText, fieldTime } from '../project/field-text.js';
import { rowsSince } from '../project/recent-rows.js';
import { ownerNumber } from '../project/owner-number.js';
import type { SameAgain } from './same-again.js';

const DEFAULT_UNTIL_REST = 3;

/** After so many passes in a row without progress, a project waits for the owner. */
export function passesUntilRest(snapshot: Snapshot): number {
  return ownerNumber(snapshot, 'passes_without_progress', DEFAULT_UNTIL_REST);
}

/**
 * Why a project rests after this pass, which has no row in the log yet; `undefined`: it does not.
 * Half as many passes (rounded up, at least two) are enough where the evidence about the agent is
 * clear, and a third (rounded up) where it would do the same again.
 * @param project.failsAlike its last two passes failed in the same way.
 * @param project.isEvidence this pass says something about the agent, not only about the network.
 */
export function reasonToRest(
  snapshot: Snapshot,
  project: {
    readonly slug: string;
    readonly stalled: number;
    readonly isEvidence: boolean;
    readonly failsAlike: boolean;
    readonly sameAgain: SameAgain | undefined;
  },
): string | undefined {
  const { slug, stalled, isEvidence, failsAlike, sameAgain: again } = project;
  const most = passesUntilRest(snapshot);
  const without = `${plural(stalled, 'pass', 'passes')}${stalled > 1 ? ' in a row' : ''} without progress`;
  if (stalled >= most) return without;
  if (!isEvidence) return undefined;
  const isBarren = (): boolean =>
    stalled > workerRuns(snapshot, slug, phaseStart(snapshot.record('PROJECT', slug))).length;
  const isSame = again !== undefined && stalled >= Math.ceil(most / 3);
  if (isSame && (again.sure || isBarren()))
    return `${without}, and its agent would do the same again: ${again.why}`;
  if (stalled < Math.max(2, Math.ceil(most / 2))) return undefined;
  if (failsAlike) return `${without}, and the last two failed in the same way`;
  return isBarren() ? `${without}, and no pass of this phase made any` : undefined;
}

/**
 * Passes in a row without progress, those included that broke down before they were recorded in the
 * project.
 */
export function stalledPasses(snapshot: Snapshot, slug: string): number {
  const broken = workerRuns(snapshot, slug, recordedUntil(snapshot, slug)).filter(isBroken);
  return recordedStalls(snapshot, slug) + broken.length;
}

/** The same for many projects, for which the log is read once. */
export function stalledPassesOf(
  snapshot: Snapshot,
  slugs: readonly string[],
): ReadonlyMap<string, number> {
  const stalled = new Map(slugs.map((slug) => [slug, recordedStalls(snapshot, slug)]));
  const until = new Map(slugs.map((slug) => [slug, recordedUntil(snapshot, slug)]));
  const since = Math.min(...until.values());
  if (slugs.length === 0) return stalled;
  for (const run of brokenSince(snapshot, since)) {
    const slug = fieldText(run, 'project');
    const from = until.get(slug);
    if (from === undefined) continue;
    if ((fieldTime(run, 'started') ?? 0) > from) stalled.set(slug, (stalled.get(slug) ?? 0) + 1);
  }
  return stalled;
}

function brokenSince(snapshot: Snapshot, since: number): readonly Rec[] {
  const source = { name: `broken since ${since}`, files: snapshot.filesOf('RUN') };
  return computedFrom(snapshot, source, () =>
    [...rowsSince(snapshot, 'RUN', { field: 'started', since })].filter(
      (run) => fieldText(run, 'role') === 'worker' && isBroken(run),
    ),
  );
}

function recordedStalls(snapshot: Snapshot, slug: string): number {
  return fieldInt(snapshot.record('PROJECT', slug), 'last_pass.stalled') ?? 0;
}

/** Passes that started later are not yet recorded in the project. */
function recordedUntil(snapshot: Snapshot, slug: string): number {
  const project = snapshot.record('PROJECT', slug);
  return Math.max(fieldTime(project, 'last_pass.date') ?? 0, phaseStart(project));
}

function isBroken(run: Rec): boolean {
  return fieldText(run, 'grade') === '';
}

function phaseStart(project: Rec | undefined): number {
  return fieldTime(project, 'phase.started') ?? 0;
}

function workerRuns(snapshot: Snapshot, slug: string, since: number): readonly Rec[] {
  return [...rowsSince(snapshot, 'RUN', { field: 'started', since, containing: slug })].filter(
    (run) => fieldText(run, 'project') === slug && fieldText(run, 'role') === 'worker',
  );
}
