/** A command: its part of the help page, and a function from parsed words to a result. */
import type { ReadScope } from '../../governance/scoped-snapshot.js';
import type { Clock } from '../../kernel/clock.js';
import type { CommandResult, OptionSpec, Parsed } from '../../passes/added-command.js';
import type { CallCommand } from '../../passes/dashboard-page.js';
import type { CommandCheck } from '../../validate/rule.js';
import type { Workspace } from '../../workspace/types.js';

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
   * The directory of the workspace: `--workspace`, nearest parent with a REGISTRY.md,
   * `$NOCTURNE_WORKSPACE`, the folder in which an installed host keeps an agent's workspace.
   */
  root(): string;
  /** What the caller may see, inside a pass that may not see everything. */
  readonly scope?: ReadScope;
  /** Opened once. Its snapshots show what `scope` allows; its commits start from everything. */
  workspace(): Workspace;
  /** Checks a command that a page names; missing where nothing validates. */
  readonly commands?: CommandCheck;
  /** Calls another command in the same process; missing where no process was started for one. */
  readonly call?: CallCommand;
  /** A line of progress on stderr; nothing when quiet. */
  progress(line: string): void;
};
