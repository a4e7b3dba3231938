/** What a check of `doctor` is, and what it is given. */
import type { Host } from '../../hosts/types.js';
import type { Clock } from '../../kernel/clock.js';
import type { Observation } from '../../kernel/observation.js';
import type { PassModule } from '../../passes/module.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';

export type Finding = Observation & {
  readonly id: string;
  /** What `--fix` did. */
  readonly repaired?: string;
};

export type Machine = {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly packageRoot: string;
  /** Those that are installed. */
  readonly hosts: readonly Host[];
  /** Those that are installed. */
  readonly modules?: readonly PassModule[];
  /** The directory of the workspace, or why there is none. */
  readonly root: string | { readonly missing: string };
};
/** A machine with a workspace. */
export type ExaminedWorkspace = Machine & {
  readonly workspace: Workspace;
  readonly snapshot: Snapshot;
};

type CheckOf<T> = {
  readonly id: string;
  readonly look: (
    subject: T,
  ) => Observation | readonly Observation[] | Promise<Observation | readonly Observation[]>;
  /** Called by `--fix`. Returns what it did; `undefined` if nothing safe can be done. */
  readonly repair?: (subject: T) => string | undefined;
};
export type MachineCheck = CheckOf<Machine> & { readonly of: 'machine' };
export type WorkspaceCheck = CheckOf<ExaminedWorkspace> & { readonly of: 'workspace' };
export type Check = MachineCheck | WorkspaceCheck;
