/**
 * The module engine: every enabled module hears of what changed in the files that it watches since
 * it last heard, whoever changed them. Delivery is at least
 * once. What a module writes may be another one's change; so rounds follow, a few, and then the
 * engine stops and says so.
 */
import type { ModuleRow } from '../../registry/types.js';
import { bundleChanges } from '../../workspace/bundle.js';
import type { ChangeSet, Snapshot, Workspace } from '../../workspace/types.js';
import { fieldText } from '../../project/field-text.js';
import type { ModuleContext, PassModule } from '../module.js';
import { changesBetween, cursorNow, readCursor, writeCursor } from './module-cursor.js';

export const MOST_ROUNDS = 5;

export type Engine = ModuleContext & {
  readonly modules: readonly PassModule[];
  /** Only this one is called; what it writes still counts. */
  readonly only?: string;
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

export async function runModules(engine: Engine): Promise<EngineRun> {
  const runs = new Map<string, ModuleRun>();
  for (const row of rowsOf(engine))
    runs.set(row.name, {
      module: row.name,
      installed: find(engine, row.name) !== undefined,
      changes: 0,
      rounds: 0,
    });
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    let heard = 0;
    for (const row of rowsOf(engine)) heard += await deliver(engine, row, runs);
    if (heard === 0) return { runs: [...runs.values()], looping: [] };
  }
  const snapshot = engine.workspace.snapshot();
  const looping = rowsOf(engine)
    .filter((row) => isPending(engine, snapshot, row, runs))
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

function rowsOf(engine: Engine): readonly ModuleRow[] {
  return engine.workspace
    .snapshot()
    .schema.modules.filter(
      (row) => row.enabled && (engine.only === undefined || row.name === engine.only),
    );
}

function find(engine: Engine, name: string): PassModule | undefined {
  return engine.modules.find((one) => one.name === name);
}

async function deliver(
  engine: Engine,
  row: ModuleRow,
  runs: Map<string, ModuleRun>,
): Promise<number> {
  const { workspace, runId, signal, say } = engine;
  const module = find(engine, row.name);
  const run = runs.get(row.name);
  if (module === undefined || run === undefined || run.failed !== undefined || signal.aborted)
    return 0;
  const now = cursorNow(workspace.snapshot(), row);
  const changes = changesBetween(readCursor(workspace.state, row.name), now);
  if (changes.length === 0) return 0;
  try {
    const changeSet = await module.onChange(changes, { workspace, runId, signal, say });
    if (changeSet !== undefined) engine.commit(changeSet);
    writeCursor(workspace.state, row.name, now);
    runs.set(row.name, { ...run, changes: run.changes + changes.length, rounds: run.rounds + 1 });
    return changes.length;
  } catch (error) {
    // One module's fault is not the pass's: the others go on, and this one hears of the same the
    // next time.
    const failed = error instanceof Error ? error.message : String(error);
    say(`     module ${row.name} failed: ${failed}`);
    runs.set(row.name, { ...run, failed });
    return 0;
  }
}

function isPending(
  engine: Engine,
  snapshot: Snapshot,
  row: ModuleRow,
  runs: ReadonlyMap<string, ModuleRun>,
): boolean {
  if (find(engine, row.name) === undefined || runs.get(row.name)?.failed !== undefined)
    return false;
  return (
    changesBetween(readCursor(engine.workspace.state, row.name), cursorNow(snapshot, row)).length >
    0
  );
}

/** Once for as long as the owner has not answered. */
function tellOwner(engine: Engine, looping: readonly string[]): void {
  const names = looping.join(', ');
  const question = `The ${looping.length === 1 ? 'module' : 'modules'} ${names} still had changes to hear of after ${MOST_ROUNDS} rounds: ${looping.length === 1 ? 'it wakes itself up' : 'they wake each other up'}. Set Enabled to no in R8 of REGISTRY.md, or narrow what they watch. Answer yes when seen.`;
  const snapshot = engine.workspace.snapshot();
  if (
    snapshot
      .records('NOTIFICATION')
      .some(
        (one) =>
          fieldText(one, 'action_needed') === question && fieldText(one, 'status') !== 'done',
      )
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
