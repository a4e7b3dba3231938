/**
 * Manager T0 and T1: passes that never reached their T9 are closed in the registry, the owner's
 * answers are taken in, integrity is on record.
 */
import { findProcesses } from '../../agents/survivors.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { stamp } from '../../kernel/clock.js';
import type { Snapshot } from '../../workspace/types.js';
import { note, runBundle } from '../act.js';
import { takeAnswers } from '../worker/t1-dispatch.js';
import { type Step, withData } from '../types.js';

export const crashes: Step = {
  id: 'T0',
  title: 'crashed passes',
  run(pass) {
    const snapshot = pass.env.workspace.snapshot();
    const dead = unclosedRuns(snapshot, pass.data.runId);
    for (const run of dead) {
      const alive = findProcesses({
        mark: { runId: run.runId, workspace: pass.env.workspace.root },
      });
      const outcome = `crashed: no T9 was written; last step ${run.lastStep}${alive.length === 0 ? '' : `; ${alive.length} processes of it are still alive`}`;
      runBundle(pass, {
        step: 'T0',
        name: 'session_reap',
        args: {
          dead_run: run.runId,
          role: run.role,
          started: run.started,
          integrity: 'pass',
          project: run.project === '' ? null : run.project,
          outcome,
        },
        target: run.runId,
        detail: outcome,
      });
    }
    return withData(pass, {
      notes: [
        ...pass.data.notes,
        ...dead.map((run) => `${run.runId} crashed after ${run.lastStep}`),
      ],
    });
  },
};

export const integrityOnRecord: Step = {
  id: 'T1',
  title: 'drift, chains, answers',
  run(pass) {
    note(pass, 'T1', {
      type: 'manifest_verify',
      target: 'INTEGRITY-MANIFEST.md',
      detail: 'manifest, signature, chains and anchors verified at T0',
    });
    return takeAnswers(pass);
  },
};

type DeadRun = {
  readonly runId: string;
  readonly role: string;
  readonly started: string;
  readonly project: string;
  readonly lastStep: string;
};

/** Runs with audit rows but no row in the session registry, the current one left out. */
export function unclosedRuns(snapshot: Snapshot, current: string): readonly DeadRun[] {
  const closed = new Set(snapshot.records('RUN').map((run) => run.key));
  const open = new Map<string, DeadRun>();
  for (const row of snapshot.records('AUDIT')) {
    const runId = fieldText(row, 'run_id');
    if (runId === '' || runId === current || closed.has(runId)) continue;
    const known = open.get(runId);
    const started = fieldTime(row, 'time');
    open.set(runId, {
      runId,
      role: known?.role ?? (fieldText(row, 'detail').startsWith('manager') ? 'manager' : 'worker'),
      started: known?.started ?? stamp(started === undefined ? snapshot.now : new Date(started)),
      project:
        fieldText(row, 'type') === 'load' ? fieldText(row, 'target') : (known?.project ?? ''),
      lastStep: fieldText(row, 'step') || (known?.lastStep ?? ''),
    });
  }
  return [...open.values()];
}
