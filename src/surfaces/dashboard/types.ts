/** What the command line gives a dashboard, and what its routes share. */
import type { Room } from '../../kernel/room.js';
import type { HttpBindings } from '@hono/node-server';
import type {
  CallApart,
  CallCommand,
  DashboardAction,
  DashboardPage,
} from '../../passes/dashboard-page.js';
import type { Sessions } from '../../passes/dashboard-sessions.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import type { Reach } from './access.js';
import type { Changes } from './changes.js';
import type { DoneForms } from './done-forms.js';
import type { KeptAnswers } from './kept-answers.js';

export type Place = {
  /** An address of this machine. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM. Without them it speaks plain HTTP. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** Where the owner's browser reaches it, if another program stands between. */
  readonly url?: URL;
};

export type DashboardSettings = {
  readonly workspace: Workspace;
  readonly pages: readonly DashboardPage[];
  readonly actions: readonly DashboardAction[];
  /** Runs commands on this workspace, whose snapshots may be a moment old for pages. */
  readonly callOn: (workspace: Workspace) => CallCommand;
  readonly callApart: CallApart;
  readonly place: Place;
  readonly readOnly: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
};

/** `touch`: something was done, so that the next page is made again. */
export type Served = Pick<
  DashboardSettings,
  'workspace' | 'pages' | 'actions' | 'readOnly' | 'say' | 'callApart'
> & {
  readonly reach: Reach;
  readonly sessions: Sessions;
  readonly changes: Changes;
  readonly done: DoneForms;
  readonly touch: () => void;
  /** The workspace as it is now; `workspace` shows it as it was a moment ago. */
  readonly fresh: () => Snapshot;
  /** One form after the other: what one has checked, no other changes before it is done. */
  readonly turns: Room;
  readonly kept: KeptAnswers;
  /** For pages, on the warm snapshot. */
  readonly call: CallCommand;
  /** For actions, on what is there now. */
  readonly act: CallCommand;
};

/** `cookie`, `session`: of a request of a logged-in owner. */
export type Env = { Bindings: HttpBindings; Variables: { cookie: string; session: string } };
