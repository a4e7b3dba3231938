/** After an agent's try: its changes are kept to be measured, or the record says why not. */
import type { UnitVerdict } from '../../../governance/unit.js';
import { stamp } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import type { Repository } from '../../../passes/repository/repository-record.js';
import type { Difference } from '../../../passes/reconcile/differences.js';
import type { Undone } from '../../../passes/types.js';
import { type KeptChange, keepAttempt, keptAttempt, removeAttempt } from './attempt-store.js';
import { type LoopPlace, LoopRecord } from './loop-record.js';
import { bestAttempt, type Loop, readLoop } from './loop-state.js';
import type { LoopSubject } from './loop-subject.js';
import { measures } from './metric-files.js';

const MIB = 1024 * 1024;
const DISK_MB = 500;
const LONGEST_TRIED = 400;

export type Work = {
  readonly verdict: UnitVerdict;
  /** What the pass was allowed to change. */
  readonly accepted: readonly Difference[];
  readonly undone: readonly Undone[];
  /** Where on the disk the agent's version of a path is. */
  readonly sourceOf: (path: string) => string;
  /** Of the project. */
  readonly repository: Repository | undefined;
  /** In the agent's words. */
  readonly tried: string;
  readonly now: Date;
};

/** Safe to call again. A try that waits for the owner is none yet. */
export function keepWork({ place, step }: LoopSubject, work: Work): void {
  const { verdict, tried, now, repository } = work;
  const { runId, minutes, tokens, cost } = verdict;
  if (verdict.outcome === 'parked') return;
  const record = new LoopRecord(place);
  try {
    const loop = readLoop(record.rows);
    if (loop === undefined || loop.attempts.some((attempt) => attempt.runId === runId)) return;
    const changes = work.accepted.filter(({ kind }) => kind !== 'mode').map(changeOf);
    const bytes = changes.reduce((sum, { size }) => sum + size, 0);
    const limit = (step.metric.diskMb ?? DISK_MB) * MIB;
    const why =
      whyVoid(work, (path) => measures(step.metric, place.project, path)) ??
      (changes.length === 0 ? 'It changed nothing.' : undefined) ??
      tooLarge(bytes, limit, bestAttempt(loop)?.bytes ?? 0) ??
      keep(place, work, changes);
    if (why === undefined) makeRoom(place, loop, { room: limit - bytes, repository });
    else removeAttempt(place, runId, repository);
    record.append({
      kind: 'attempted',
      time: stamp(now),
      attempt: loop.attempts.length + 1,
      runId,
      tried: tried.trim().slice(0, LONGEST_TRIED),
      bytes,
      minutes,
      ...defined({ tokens, cost, void: why }),
    });
  } finally {
    record.close();
  }
}

function whyVoid(
  { verdict, accepted, undone }: Work,
  isMeasuring: (path: string) => boolean,
): string | undefined {
  const edited = [...accepted, ...undone].find(({ path }) => isMeasuring(path));
  if (edited !== undefined) return `The agent changed ${edited.path}, which measures.`;
  return verdict.outcome === 'proved' ? undefined : `It was not proved: ${verdict.why}.`;
}

function changeOf({ path, before, after, isElsewhere }: Difference): KeptChange {
  const size = after?.size ?? 0;
  return { path, size, ...defined({ before: before?.hash, after: after?.hash, isElsewhere }) };
}

function tooLarge(bytes: number, limit: number, best: number): string | undefined {
  if (bytes <= limit - best) return undefined;
  const left = Math.floor((limit - best) / MIB);
  return `It wrote ${Math.ceil(bytes / MIB)} MiB, and attempts may use ${left} MiB of the disk.`;
}

/** Returns why it cannot be kept. */
function keep(place: LoopPlace, work: Work, changes: readonly KeptChange[]): string | undefined {
  try {
    keepAttempt(place, work.verdict.runId, changes, work.sourceOf);
    return undefined;
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'STORAGE') throw error;
    return `It could not be kept: ${error.message}.`;
  }
}

/** The oldest that were not kept go first; the best one stays. */
function makeRoom(
  place: LoopPlace,
  loop: Loop,
  { room, repository }: { readonly room: number; readonly repository: Repository | undefined },
): void {
  const best = bestAttempt(loop);
  const onDisk = loop.attempts.filter(({ runId }) => keptAttempt(place, runId) !== undefined);
  let used = onDisk.reduce((sum, { bytes }) => sum + bytes, 0);
  const isKept = ({ verdict }: { readonly verdict: string }): boolean => verdict === 'kept';
  const oldest = [...onDisk.filter((each) => !isKept(each)), ...onDisk.filter(isKept)];
  for (const { runId, bytes, attempt } of oldest) {
    if (used <= room) return;
    if (attempt === best?.attempt) continue;
    removeAttempt(place, runId, repository);
    used -= bytes;
  }
}
