/**
 * A workspace with the project `pages`, a pass of it on record, and a clock that is moved by hand.
 */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { module } from '../../../src/modules/completion/module.js';
import { readTasks } from '../../../src/modules/completion/task-ledger.js';
import type { Task } from '../../../src/modules/completion/task.js';
import { storePass } from '../../../src/passes/pass-file.js';
import type { Spawn, SpawnLedger } from '../../../src/passes/spawn-ledger.js';
import type { Briefed } from '../../../src/passes/types.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { Workspace } from '../../../src/workspace/types.js';
import { placeWithProject, REPORT, WRITES_PAGE } from '../../passes/pass-workspace.js';

export const RUN = 'RUN-20261121-001';

export type LedgerPlace = {
  readonly root: string;
  readonly home: string;
  readonly workspace: Workspace;
  readonly ledger: SpawnLedger;
  /** Moves the clock. */
  later(minutes: number): void;
  /** Writes an output of `pages`, as of now (or `age` minutes ago). */
  output(name: string, text: string, age?: number): void;
  task(id: string): Task;
};

export function ledgerPlace(directory: string): LedgerPlace {
  const { root, home } = placeWithProject(directory, WRITES_PAGE + REPORT);
  let now = Date.parse('2026-11-21T02:00:00Z');
  const workspace = openWorkspace(root, { home, clock: { now: () => new Date(now) } });
  // Of the pass only this much is asked for.
  storePass(workspace.state, { runId: RUN, project: 'pages', brief: {} } as unknown as Briefed, {
    waiting: true,
  });
  const ledger = module.spawnLedger?.(workspace);
  if (ledger === undefined) throw new Error('the module keeps no ledger');
  return {
    root,
    home,
    workspace,
    ledger,
    later: (minutes) => {
      now += minutes * 60_000;
    },
    output: (name, text, age = 0) => {
      const path = join(root, 'PROJECTS/pages/outputs', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      const at = new Date(now - age * 60_000);
      utimesSync(path, at, at);
    },
    task: (id) => {
      const task = readTasks(workspace.snapshot()).all.get(id);
      if (task === undefined) throw new Error(`no task ${id}`);
      return task;
    },
  };
}

export function spawnOf(n: number, more: Partial<Spawn> = {}): Spawn {
  return {
    callId: `call-${n}`,
    host: 'openclaw',
    requester: 'agent:main:main',
    task: `Write part ${n} of the page.`,
    target: 'writer',
    runId: RUN,
    ...more,
  };
}
