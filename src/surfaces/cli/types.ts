/** A command: its part of the help page, and a function from parsed words to a result. */
import type { ReadScope } from '../../governance/scoped-snapshot.js';
import type { Clock } from '../../kernel/clock.js';
import type { Catalogue } from './catalogue.js';
import type { CommandResult, OptionSpec, Parsed, Part } from '../../passes/added-command.js';
import type { DoorName } from '../../passes/door.js';
import type { CommandCheck } from '../../validate/rule.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';

export type { CommandResult, OptionSpec, Parsed } from '../../passes/added-command.js';

export type Command = {
  /** Positional words as commander writes them: `<address> <value>`, `[files...]`. */
  readonly args?: string;
  readonly options?: readonly OptionSpec[];
  /** Undeclared options are passed among the words, as typed. */
  readonly takesAnyOption?: true;
  readonly examples: readonly string[];
  run(context: Context, parsed: Parsed): Promise<CommandResult> | CommandResult;
};

export type Context = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** `$NOCTURNE_HOME`, default `~/.nocturne`. */
  readonly home: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  /** Width of the terminal; 100 when there is none. */
  readonly width: number;
  /** Whether stdin and stdout are terminals, so that the owner can be asked. */
  readonly interactive: boolean;
  readonly packageRoot: string;
  /**
   * The directory of the workspace: `--workspace`, nearest parent that is one,
   * `$NOCTURNE_WORKSPACE`, the folder in which an installed host keeps an agent's workspace.
   */
  root(): string;
  /** What the caller may see, inside a pass that may not see everything. */
  readonly scope?: ReadScope;
  /** Through which the owner calls, if not on the command line. */
  readonly door?: DoorName;
  /**
   * Throws if what the owner saw has changed since; called on the snapshot that a commit starts
   * from.
   */
  readonly check?: (snapshot: Snapshot) => void;
  /** Opened once. Its snapshots show what `scope` allows; its commits start from everything. */
  workspace(): Workspace;
  /** Checks a command that a page names; missing where nothing validates. */
  readonly commands?: CommandCheck;
  /** Core, hosts and modules together; missing where no command calls another one. */
  readonly catalogue?: () => Promise<Catalogue>;
  /** A line of progress on stderr; nothing when quiet. */
  progress(line: string): void;
  /** A bar on stderr while something takes long; missing where that is not a terminal. */
  readonly bar?: (label: string, part: Part) => void;
  /** The terminal shows links. */
  readonly links?: boolean;
};
