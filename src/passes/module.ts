/** What a pass knows of a module: which files it watches, and what it does when they changed. */
import type { Fragment } from '../agents/types.js';
import type { ChangeSet, Snapshot, Workspace } from '../workspace/types.js';
import type { SpawnLedger } from './spawn-ledger.js';

export type FileChange = { readonly path: string; readonly kind: 'added' | 'changed' | 'deleted' };

export type ModuleContext = {
  readonly workspace: Workspace;
  /** The pass in which it runs; empty outside of one. */
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
};

/** What is to be committed, in the name of whoever asked. */
export type ModuleChange = Pick<ChangeSet, 'reason' | 'changes' | 'bundle' | 'audit'>;
export type BeforeContext = { readonly snapshot: Snapshot; /** The state directory, for numbers that are never given twice. */ readonly state: string; /** For audit rows; empty outside of a pass. */ readonly step: string };
export type FragmentContext = { readonly snapshot: Snapshot; readonly project: string | undefined; readonly runId: string };
/** `used`: sources of the fragments that the prompt really had. */
export type RecordContext = FragmentContext & { readonly used: ReadonlySet<string> };

export interface PassModule {
  /** As in R8 of REGISTRY.md, which says whether it is enabled and what it watches. */
  readonly name: string;
  /** Idempotent: the same change may be reported twice. Returns what is to be committed, if anything. */
  onChange(changes: readonly FileChange[], context: ModuleContext): Promise<ChangeSet | undefined> | ChangeSet | undefined;
  /** T1 of a worker pass, after the owner's answers were taken in and before a project is chosen. Pure; called under the commit mutex. */
  before?(context: BeforeContext): ModuleChange | undefined;
  /** T4: what the brief of this pass should quote. `trust` is always `data`. */
  fragments?(context: FragmentContext): readonly Fragment[];
  /** T6: what goes into the commit that records a pass whose agent ended its work. */
  recorded?(context: RecordContext): ModuleChange | undefined;
  /** The ledger of spawned tasks, in the module that keeps it. */
  spawnLedger?(workspace: Workspace): SpawnLedger;
}
