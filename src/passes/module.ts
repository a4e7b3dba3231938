/** What a pass knows of a module: which files it watches, and what it does when they changed. */
import type { AgentReport, Fragment } from '../agents/types.js';
import type { ChangeSet, Workspace } from '../workspace/types.js';
import type { SpawnLedger } from './spawn-ledger.js';

export type FileChange = { readonly path: string; readonly kind: 'added' | 'changed' | 'deleted' };

export type ModuleContext = {
  readonly workspace: Workspace;
  /** The pass in which it runs; empty outside of one. */
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
};

/** `project`, `report`: of the worker pass that just worked; nothing in a manager pass or outside of one. */
export type SweepContext = ModuleContext & { readonly project: string | undefined; readonly report: AgentReport | undefined };

export interface PassModule {
  /** As in R8 of REGISTRY.md, which says whether it is enabled and what it watches. */
  readonly name: string;
  /** Idempotent: the same change may be reported twice. Returns what is to be committed, if anything. */
  onChange(changes: readonly FileChange[], context: ModuleContext): Promise<ChangeSet | undefined> | ChangeSet | undefined;
  /** What a pass of this project has to read (an idle pass has none), as data in its brief; at T4, before the tree is snapshotted. */
  fragments?(context: ModuleContext, project: string | undefined): readonly Fragment[];
  /** What is due whether or not a file changed: at T8 of a worker, T0 and T8 of a manager. Returns what it did, in a few words each. */
  sweep?(context: SweepContext): Promise<readonly string[]> | readonly string[];
  /** The ledger of spawned tasks, in the module that keeps it. */
  spawnLedger?(workspace: Workspace): SpawnLedger;
}
