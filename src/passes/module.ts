/** What a pass knows of a module: which files it watches, and what it does when they changed. */
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

export interface PassModule {
  /** As in R8 of REGISTRY.md, which says whether it is enabled and what it watches. */
  readonly name: string;
  /** Idempotent: the same change may be reported twice. Returns what is to be committed, if anything. */
  onChange(changes: readonly FileChange[], context: ModuleContext): Promise<ChangeSet | undefined> | ChangeSet | undefined;
  /** The ledger of spawned tasks, in the module that keeps it. */
  spawnLedger?(workspace: Workspace): SpawnLedger;
}
