/**
 * Module completion: the ledger of tasks that agents give to one another. Every completion needs
 * two proofs.
 */
import type { Module } from '../types.js';
import { commands } from './commands.js';
import { acknowledgeNamed, deliver } from './receipts.js';
import { sweep } from './sweep.js';
import { taskLedger } from './task-ledger.js';

export const module: Module = {
  name: 'completion',
  commands,
  spawnLedger: taskLedger,
  fragments: ({ workspace, snapshot, runId, project }) =>
    deliver(workspace, { snapshot, runId, project }),
  /** Commits by itself, under the mutex: another process may sweep at the same time. */
  onChange: (_changes, { workspace, snapshot, runId }) => {
    sweep(workspace, { snapshot, runId });
    return undefined;
  },
  sweep: ({ workspace, snapshot, runId, project, report }) => {
    const acked = acknowledgeNamed(workspace, { snapshot, runId, project, report });
    return [
      ...acked.map((id) => `${id} acknowledged`),
      ...sweep(workspace, { snapshot, runId })
        .filter((event) => event.event !== 'surfaced' && event.event !== 'evidence')
        .map((event) => `${event.task} ${event.event}`),
    ];
  },
};
