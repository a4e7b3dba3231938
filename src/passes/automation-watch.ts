/**
 * What hosts report about the runs of their own automations. The module `jobs` judges the runs of
 * those that the owner declared.
 */

import type { Workspace } from '../workspace/types.js';

/** `packageRoot`, `env`: of the program that a failed run may start. */
export type WatchContext = {
  readonly workspace: Workspace;
  readonly packageRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** `by`: the host's name. `name` may change, `id` does not. */
export type Automation = { readonly by: string; readonly id: string; readonly name: string };

/** `mayStart`: false if the run is over before it began; `text` says why. */
export type WatchedRun = {
  readonly run: string;
  readonly mayStart: boolean;
  readonly text: string;
};

/** `again`: the owner allows another attempt. `text`: the verdict, and why. */
export type RunLook = {
  readonly kind: 'proved' | 'again' | 'caught';
  readonly text: string;
};

/** How a run ended, as the host says; `why` if it did not end well. */
export type HostEnd = {
  readonly status: 'ok' | 'error' | 'skipped';
  readonly why: string;
};

export interface AutomationWatch {
  /**
   * Before the run may change anything. Nothing if the owner did not declare this automation.
   * @param pid the process of the host: if it ends, so did the run.
   */
  begin(automation: Automation, pid: number): Promise<WatchedRun | undefined>;
  /** What its tools printed, or what its agent said. */
  printed(run: string, text: string): void;
  /** The verdict as it would be now, without a record. */
  look(run: string): Promise<RunLook>;
  /** @returns the verdict, and why. */
  end(run: string, end: HostEnd): Promise<string>;
  /**
   * A run whose beginning nobody reported: there is nothing to compare with.
   * @param ran.started ISO 8601, as the host says. @param ran.why nobody reported it.
   */
  unseen(
    automation: Automation,
    ran: { readonly started: string; readonly end: HostEnd; readonly why: string },
  ): Promise<void>;
  /** Records the runs whose host is gone. */
  closeLost(): void;
}
