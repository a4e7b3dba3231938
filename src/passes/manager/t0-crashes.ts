/**
 * Manager T0 and T1: passes that never reached their T9 are closed in the registry, the owner's
 * answers are taken in, integrity is on record.
 */
import { findProcesses } from '../../agents/orphan-processes.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { stamp } from '../../kernel/clock.js';
import { plural } from '../../kernel/words.js';
import type { Snapshot } from '../../workspace/types.js';
import { bundleAct, noteAct } from '../act.js';
import type { Entered, Step } from '../types.js';
import { takeAnswers } from '../worker/take-answers.js';

export const crashes: Step<Entered, Entered> = {
  id: 'T0',
  title: 'crashed passes',
  run(stage, { env, snapshot }) {
    const dead = unclosedRuns(snapshot, stage.runId);
    const acts = dead.map((run) => {
      const alive = findProcesses({ mark: { runId: run.runId, workspace: env.workspace.root } });
      const outcome = `crashed: no T9 was written; last step ${run.lastStep}${alive.length === 0 ? '' : `; still alive of it: ${plural(alive.length, 'process', 'processes')}`}`;
      return bundleAct('T0', {
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
    });
    const notes = dead.map((run) => `${run.runId} crashed after ${run.lastStep}`);
    return { stage: { ...stage, notes: [...stage.notes, ...notes] }, acts };
  },
};

export const integrityOnRecord: Step<Entered, Entered> = {
  id: 'T1',
  title: 'drift, chains, answers',
  run(stage, { env, snapshot }) {
    const verified = noteAct('T1', {
      type: 'manifest_verify',
      target: 'INTEGRITY-MANIFEST.md',
      detail: 'manifest, signature, chains and anchors verified at T0',
    });
    const answered = takeAnswers(env, stage, snapshot);
    return {
      stage: { ...stage, notes: [...stage.notes, ...answered.notes] },
      acts: [verified, ...answered.acts],
    };
  },
};

type DeadRun = {
  readonly runId: string;
  readonly role: string;
  readonly started: string;
  readonly project: string;
  readonly lastStep: string;
};

/**
 * Runs of the audit log that never ended, the current one left out. A run that the log closes has
 * ended, also where the owner accepted a session registry that lost its row.
 */
export function unclosedRuns(snapshot: Snapshot, current: string): readonly DeadRun[] {
  const closed = new Set(Array.from(snapshot.rows('RUN'), (run) => run.key));
  const open = new Map<string, DeadRun>();
  for (const row of snapshot.rows('AUDIT')) {
    const runId = fieldText(row, 'run_id');
    if (runId === '' || runId === current || closed.has(runId)) continue;
    if (fieldText(row, 'type') === 'session_close') {
      closed.add(runId);
      open.delete(runId);
      continue;
    }
    const previous = open.get(runId);
    const started = fieldTime(row, 'time');
    open.set(runId, {
      runId,
      role: previous?.role ?? (fieldText(row, 'actor') === 'manager' ? 'manager' : 'worker'),
      started: previous?.started ?? stamp(started === undefined ? snapshot.now : new Date(started)),
      project:
        fieldText(row, 'type') === 'load' ? fieldText(row, 'target') : (previous?.project ?? ''),
      lastStep: fieldText(row, 'step') || (previous?.lastStep ?? ''),
    });
  }
  return [...open.values()];
}
