/** What a page of the dashboard is given and shows; modules bring pages of their own. */
import type { Child } from 'hono/jsx';
import type { Snapshot, Workspace } from '../workspace/types.js';
import type { CommandResult, Parsed } from './added-command.js';

/**
 * Runs a command of the command line in the owner's name: `call('project pause', { args: ['x'] })`.
 * `check`: throws if what the owner saw has changed; called on the snapshot that a commit starts
 * from.
 * @throws NocturneError as the command does.
 */
export type CallCommand = (
  name: string,
  parsed?: Partial<Parsed> & { readonly check?: (snapshot: Snapshot) => void },
) => Promise<CommandResult>;

/** The same in a process of its own, which ends with the signal or after the time. */
export type CallApart = {
  (
    name: string,
    parsed: Partial<Parsed>,
    limits: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<CommandResult>;
  /** Somebody may ask a query soon: its process is started now, and waits for it. */
  readonly prepare: () => void;
};

/**
 * What a command that takes long has answered, and when it was asked. `isRunning`: it is asked
 * again, and the page is told when it answers. `failed`: why there is no answer.
 */
export type KeptAnswer = {
  readonly isRunning: boolean;
  readonly json?: CommandResult['json'];
  readonly at?: Date;
  readonly failed?: string;
};

export type PageContext = {
  readonly workspace: Workspace;
  /** The same for all of one page. */
  readonly snapshot: Snapshot;
  /** Of the path, decoded: `slug` of `/projects/:slug`. */
  readonly params: Readonly<Record<string, string>>;
  /** After the question mark of the address. */
  readonly query: Readonly<Record<string, string>>;
  /** Of the owner; pages show local times. */
  readonly zone: string;
  /** False in a dashboard that only reads: forms are not shown. */
  readonly canAct: boolean;
  /** Id of the session of the browser that asks. */
  readonly session: string;
  readonly call: CallCommand;
  /** Of this dashboard, also those of modules. */
  readonly pages: readonly DashboardPage[];
  /** For a command that only reads and takes long: its answer until the workspace changes. */
  readonly kept: (name: string, parsed?: Partial<Parsed>) => KeptAnswer;
  readonly callApart: CallApart;
};

export type PageView = {
  readonly title: string;
  readonly body: Child;
  /** Default: 200. */
  readonly status?: 200 | 404;
};

export type DashboardPage = {
  /** A pattern of Hono: `/plans/:project`. */
  readonly path: string;
  /** Its place in the navigation; without one it is reached from another page. */
  readonly nav?: { readonly label: string; readonly order: number };
  /** The object whose records it shows, by their key in its path: search finds them by name. */
  readonly names?: string;
  /** Files of the state directory that it shows: open pages hear of a change in them as well. */
  readonly besides?: readonly string[];
  readonly load: () => Promise<(context: PageContext) => PageView | Promise<PageView>>;
};

export type Form = Readonly<Record<string, string>>;

/** What a form of a page does: one command. */
export type DashboardAction = {
  /** The form is sent to `/act/NAME`. */
  readonly name: string;
  readonly command: string;
  /** @throws NocturneError `USAGE` for a form that no page of ours sends. */
  readonly parsed: (form: Form, context: Pick<PageContext, 'snapshot'>) => Partial<Parsed>;
  /** The command has `--dry-run`: its result is shown first, and carried out after a yes. */
  readonly previews?: true;
};
