/** What the command line gives a dashboard. */
import type {
  CallApart,
  CallCommand,
  DashboardAction,
  DashboardPage,
} from '../../passes/dashboard-page.js';
import type { Workspace } from '../../workspace/types.js';

export type DashboardSettings = {
  readonly workspace: Workspace;
  readonly pages: readonly DashboardPage[];
  readonly actions: readonly DashboardAction[];
  /** Runs a command on this workspace; `reads`: its snapshots may be a moment old. */
  readonly call: CallCommand;
  readonly callApart: CallApart;
  /** 0: any free port. */
  readonly port: number;
  readonly readOnly: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
};
