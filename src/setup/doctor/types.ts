/** What the doctor is: checks in an order, each of which observes one fact. */
import type { Clock } from '../../kernel/clock.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';

/** `off`: it is not there and nothing needs it. `unknown`: it could not be found out. */
export type Verdict = 'working' | 'broken' | 'off' | 'unknown';
/** `fix`: a command, or one sentence. */
export type Observation = {
  readonly verdict: Verdict;
  readonly fact: string;
  readonly fix?: string;
};
export type Finding = Observation & {
  readonly id: string;
  /** What `--fix` did about it. */
  readonly mended?: string;
};

export type Machine = {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly packageRoot: string;
  /** The directory of the workspace, or why there is none. */
  readonly root: string | { readonly missing: string };
};
/** A machine with a workspace. */
export type Patient = Machine & { readonly workspace: Workspace; readonly snapshot: Snapshot };

type CheckOf<T> = {
  readonly id: string;
  readonly look: (
    at: T,
  ) => Observation | readonly Observation[] | Promise<Observation | readonly Observation[]>;
  /**
   * Called with `--fix` when it is broken. Says what was done; `undefined` when nothing safe can be
   * done.
   */
  readonly mend?: (at: T) => string | undefined;
};
export type MachineCheck = CheckOf<Machine> & { readonly of: 'machine' };
export type WorkspaceCheck = CheckOf<Patient> & { readonly of: 'workspace' };
export type Check = MachineCheck | WorkspaceCheck;

export const working = (fact: string): Observation => ({ verdict: 'working', fact });
export const broken = (fact: string, fix: string): Observation => ({
  verdict: 'broken',
  fact,
  fix,
});
export const off = (fact: string, fix?: string): Observation => ({
  verdict: 'off',
  fact,
  ...(fix === undefined ? {} : { fix }),
});
export const unknown = (fact: string, fix?: string): Observation => ({
  verdict: 'unknown',
  fact,
  ...(fix === undefined ? {} : { fix }),
});
