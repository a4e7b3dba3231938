/** The units of a step with a metric: an agent tries something, or Nocturne measures. */
import type { Unit } from '../../../governance/unit.js';
import type { PerformContext, UnitCopyContext, UnitWork } from '../../../passes/module.js';
import { sourceInCopy } from '../../../passes/copy/pass-copy.js';
import type { Snapshot } from '../../../workspace/types.js';
import { join } from 'node:path';
import type { PlanEvent } from '../types.js';
import { inWorkspace } from '../run/project-paths.js';
import { keptAttempt, putAttempt } from './attempt-store.js';
import { keepWork } from './keep-work.js';
import { readRecord } from './loop-record.js';
import { bestAttempt, isOver, readLoop } from './loop-state.js';
import { type LoopSubject, nextOf, presentLoop } from './loop-subject.js';
import { lastWords, runLoop } from './run-loop.js';

/** @param unit of the step, as if it had no metric. */
export function loopUnit(unit: Unit, subject: LoopSubject, snapshot: Snapshot): Unit {
  const loop = presentLoop(subject, readRecord(subject.place), snapshot);
  const next = loop && nextOf(subject, loop);
  if (next?.kind === 'attempt') {
    const title = `${unit.title} (attempt ${next.attempt})`;
    const hides = inWorkspace(unit.project, subject.step.metric.heldOut?.files ?? []);
    return { ...unit, title, budget: next.budget, hides, keepsChanges: true };
  }
  const { runner: _runner, tier: _tier, role: _role, ...rest } = unit;
  const { command } = subject.step.metric;
  const byModule = { ...rest, budget: {}, command, byModule: true } as const;
  if (loop !== undefined && next?.kind === 'stopped' && bestAttempt(loop) !== undefined)
    return { ...byModule, title: `${unit.title} (the best attempt)` };
  // The state of the workspace proves nothing while the loop goes on.
  return { ...byModule, title: `${unit.title} (measuring)`, criteria: [], produces: [] };
}

/** The agent begins with the best attempt so far. */
export function prepareAttempt(
  { place }: LoopSubject,
  unit: Unit,
  { copy }: UnitCopyContext,
): void {
  if (unit.keepsChanges !== true) return;
  const loop = readLoop(readRecord(place));
  const best = loop && bestAttempt(loop);
  const kept = best && keptAttempt(place, best.runId);
  if (kept !== undefined) putAttempt(kept, copy.folder);
}

export async function performLoop(subject: LoopSubject, context: PerformContext): Promise<string> {
  const { workspace, sandbox, signal, runId, say, copy } = context;
  const run = { workspace, sandbox, signal, runId, say, subject, copy: copy.folder };
  return (await runLoop(run)) ?? 'The pass was stopped.';
}

export function keepAttemptWork(subject: LoopSubject, work: UnitWork): void {
  const { verdict, accepted, undone, snapshot, copy, report } = work;
  const { root, now } = snapshot;
  const sourceOf = (path: string): string => sourceInCopy(root, copy, join(root, path));
  const { repository } = copy.repository ?? {};
  const tried = report.summary;
  keepWork(subject, { verdict, accepted, undone, sourceOf, repository, tried, now });
}

/**
 * What a pass for the step means to the plan: the loop goes on, or the best attempt is in the
 * workspace, or there is none. @param ended what it would mean without a metric.
 */
export function loopEvent({ place }: LoopSubject, unit: Unit, ended: PlanEvent): PlanEvent {
  const loop = readLoop(readRecord(place));
  if (loop === undefined || (ended.kind !== 'proved' && ended.kind !== 'failed')) return ended;
  const { time, step, runId = '' } = ended;
  const { stopped } = loop;
  if (unit.byModule !== true || !isOver(loop))
    return { kind: 'attempted', time, step, runId, why: stopped?.why ?? lastWords(loop) };
  return stopped !== undefined && bestAttempt(loop) === undefined
    ? { kind: 'failed', time, step, runId, cause: 'criteria', why: stopped.why }
    : ended;
}
