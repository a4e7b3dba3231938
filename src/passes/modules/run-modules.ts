/**
 * The module engine: every enabled module hears of what changed in the files that it watches since
 * it last heard, whoever changed them. Delivery is at least
 * once. What a module writes may be another one's change; so rounds follow, a few, and then the
 * engine stops and says so.
 */
import { isOpenQuestion } from '../../project/question-state.js';
import { messageOf } from '../../kernel/error.js';
import type { ModuleRow } from '../../registry/types.js';
import { bundleChanges } from '../../workspace/bundle.js';
import type { ChangeSet, Snapshot, Workspace } from '../../workspace/types.js';
import { fieldText } from '../../project/field-text.js';
import type { ModuleContext, PassModule } from '../module.js';
import { changesBetween, cursorNow, readCursor, writeCursor } from './module-cursor.js';

export const MOST_ROUNDS = 5;

export type Engine = Omit<ModuleContext, 'snapshot'> & {
  readonly modules: readonly PassModule[];
  /** Only this one is called; what it writes still counts. */
  readonly only?: string;
  /** The workspace in the first round, where the caller has just looked at it. */
  readonly first?: Snapshot;
  /** In whose name what a module returns is committed. */
  readonly commit: (changeSet: ChangeSet) => void;
};

/** `changes`: how many were delivered. `failed`: it threw, and will hear of the same again. */
export type ModuleRun = {
  readonly module: string;
  readonly installed: boolean;
  readonly changes: number;
  readonly rounds: number;
  readonly failed?: string;
};
export type EngineRun = {
  readonly runs: readonly ModuleRun[];
  /** Modules that were still waking each other up when the engine stopped. */
  readonly looping: readonly string[];
};

/** Looks at the workspace once in each round, and again after a module has changed it. */
export async function runModules(engine: Engine): Promise<EngineRun> {
  const runs = new Map<string, ModuleRun>();
  let snapshot = engine.first ?? engine.workspace.snapshot();
  for (const row of rowsOf(engine, snapshot))
    runs.set(row.name, {
      module: row.name,
      installed: find(engine, row.name) !== undefined,
      changes: 0,
      rounds: 0,
    });
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    if (round > 1) snapshot = engine.workspace.snapshot();
    let heard = 0;
    for (const row of rowsOf(engine, snapshot)) {
      const delivery = await deliver(engine, { row, runs, snapshot });
      heard += delivery.changes;
      if (delivery.wrote) snapshot = engine.workspace.snapshot();
    }
    if (heard === 0) return { runs: [...runs.values()], looping: [] };
  }
  snapshot = engine.workspace.snapshot();
  const looping = rowsOf(engine, snapshot)
    .filter((row) => isPending(engine, { row, runs, snapshot }))
    .map((row) => row.name);
  if (looping.length > 0) tellOwner(engine, looping);
  return { runs: [...runs.values()], looping };
}

/** How many changes each enabled module has not heard of. */
export function undelivered(
  workspace: Workspace,
  snapshot: Snapshot,
): readonly { readonly row: ModuleRow; readonly changes: number }[] {
  return snapshot.schema.modules
    .filter((row) => row.enabled)
    .map((row) => ({
      row,
      changes: changesBetween(readCursor(workspace.state, row.name), cursorNow(snapshot, row))
        .length,
    }));
}

function rowsOf({ only }: Engine, snapshot: Snapshot): readonly ModuleRow[] {
  return snapshot.schema.modules.filter(
    (row) => row.enabled && (only === undefined || row.name === only),
  );
}

function find(engine: Engine, name: string): PassModule | undefined {
  return engine.modules.find((candidate) => candidate.name === name);
}

type Turn = {
  readonly row: ModuleRow;
  readonly runs: Map<string, ModuleRun>;
  readonly snapshot: Snapshot;
};

/** How many changes a module heard of, and whether it changed something itself. */
type Delivery = { readonly changes: number; readonly wrote: boolean };
const NOTHING_DELIVERED: Delivery = { changes: 0, wrote: false };

async function deliver(engine: Engine, { row, runs, snapshot }: Turn): Promise<Delivery> {
  const { workspace, runId, signal, say } = engine;
  const module = find(engine, row.name);
  const run = runs.get(row.name);
  if (module === undefined || run === undefined || run.failed !== undefined || signal.aborted)
    return NOTHING_DELIVERED;
  const now = cursorNow(snapshot, row);
  const changes = changesBetween(readCursor(workspace.state, row.name), now);
  if (changes.length === 0) return NOTHING_DELIVERED;
  try {
    const changeSet = await module.onChange(changes, { workspace, snapshot, runId, signal, say });
    if (changeSet !== undefined) engine.commit(changeSet);
    writeCursor(workspace.state, row.name, now);
    runs.set(row.name, { ...run, changes: run.changes + changes.length, rounds: run.rounds + 1 });
    return { changes: changes.length, wrote: changeSet !== undefined };
  } catch (error) {
    // One module's fault is not the pass's: the others go on, and this one hears of the same the
    // next time.
    const failed = messageOf(error);
    say(`     module ${row.name} failed: ${failed}`);
    runs.set(row.name, { ...run, failed });
    return NOTHING_DELIVERED;
  }
}

function isPending(engine: Engine, { row, runs, snapshot }: Turn): boolean {
  if (find(engine, row.name) === undefined || runs.get(row.name)?.failed !== undefined)
    return false;
  return (
    changesBetween(readCursor(engine.workspace.state, row.name), cursorNow(snapshot, row)).length >
    0
  );
}

const LOOP = 'modules-in-a-loop';

/** Once for as long as the owner has not answered. */
function tellOwner(engine: Engine, looping: readonly string[]): void {
  const names = looping.join(', ');
  const question = `The ${looping.length === 1 ? 'module' : 'modules'} ${names} still had changes to process after ${MOST_ROUNDS} rounds: ${looping.length === 1 ? 'it wakes itself up' : 'they wake each other up'}. Set Enabled to no in R8 of REGISTRY.md, or narrow what they watch. Answer yes when seen.`;
  const snapshot = engine.workspace.snapshot();
  if (
    snapshot
      .records('NOTIFICATION')
      .some((record) => fieldText(record, 'topic') === LOOP && isOpenQuestion(snapshot, record))
  )
    return;
  engine.workspace.commit((fresh) => ({
    actor: { kind: 'nocturne', name: 'nocturne' },
    runId: engine.runId,
    reason: 'modules in a loop',
    bundle: 'incident_surface',
    ...bundleChanges(fresh, 'incident_surface', {
      priority: 'medium',
      project: null,
      question,
      topic: LOOP,
      body: null,
    }),
    audit: [
      {
        step: '',
        type: 'module_loop',
        target: names,
        authorisation: '',
        result: 'failed',
        detail: `stopped after ${MOST_ROUNDS} rounds`,
      },
    ],
  }));
}
