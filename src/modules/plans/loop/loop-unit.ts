/** The units of a step with a metric: an agent tries something, or Nocturne measures. */
import type { Unit, UnitVerdict } from '../../../governance/unit.js';
import type { PerformContext, UnitCopyContext, UnitWork } from '../../../passes/module.js';
import { sourceInCopy } from '../../../passes/copy/pass-copy.js';
import type { Snapshot } from '../../../workspace/types.js';
import { join } from 'node:path';
import { defined } from '../../../kernel/defined.js';
import { rmSync } from '../../../kernel/files.js';
import type { PlanEvent } from '../types.js';
import { keptAttempt, putAttempt } from './attempt-store.js';
import { keepWork } from './keep-work.js';
import { readRecord } from './loop-record.js';
import { bestAttempt, readLoop } from './loop-state.js';
import { type LoopSubject, nextOf, presentLoop } from './loop-subject.js';
import { isHeldOut } from './metric-files.js';
import { lastWords, runLoop } from './run-loop.js';

/** @param unit of the step, as if it had no metric. */
export function loopUnit(unit: Unit, subject: LoopSubject, snapshot: Snapshot): Unit {
  const loop = presentLoop(subject, readRecord(subject.place), snapshot);
  const next = loop && nextOf(subject, loop);
  if (next?.kind === 'attempt') {
    const title = `${unit.title} (attempt ${next.attempt})`;
    return { ...unit, title, budget: next.budget, produces: [], keepsChanges: true };
  }
  const { runner: _runner, tier: _tier, role: _role, ...rest } = unit;
  const { command } = subject.step.metric;
  return { ...rest, title: `${unit.title} (measuring)`, budget: {}, command, byModule: true };
}

/** The agent begins with the best attempt so far, and without what it must not see. */
export function prepareAttempt(
  { place, step }: LoopSubject,
  unit: Unit,
  { snapshot, copy }: UnitCopyContext,
): void {
  if (unit.keepsChanges !== true) return;
  const loop = readLoop(readRecord(place));
  const best = loop && bestAttempt(loop);
  const kept = best && keptAttempt(place, best.runId);
  if (kept !== undefined) putAttempt(kept, copy.folder);
  for (const path of snapshot.files.keys())
    if (isHeldOut(step.metric, place.project, path))
      rmSync(join(copy.folder, path), { force: true });
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
  keepWork(subject, { verdict, accepted, undone, sourceOf, tried: report.summary, now });
}

type Settled = Extract<PlanEvent, { kind: 'attempted' | 'proved' | 'failed' }>;

/**
 * What a pass for the step means to the plan: the loop goes on, or the best attempt is in the
 * workspace, or there is none.
 */
export function loopEvent(
  { place }: LoopSubject,
  unit: Unit,
  verdict: UnitVerdict,
  time: string,
): Settled {
  const { runId, outcome, cause, why, outputs, consumed } = verdict;
  const about = { time, step: place.step, runId };
  const loop = readLoop(readRecord(place));
  if (loop === undefined) return { kind: 'failed', ...about, cause: cause ?? 'agent', why };
  const { stopped } = loop;
  if (unit.byModule !== true || stopped === undefined)
    return { kind: 'attempted', ...about, why: lastWords(loop) };
  if (bestAttempt(loop) === undefined)
    return { kind: 'failed', ...about, cause: 'criteria', why: stopped.why };
  if (outcome === 'proved') return { kind: 'proved', ...about, produced: outputs, consumed };
  return { kind: 'failed', ...about, cause: cause ?? 'agent', ...defined({ why }) };
}
