/**
 * What a command is: its words for the help page, and one function from parsed words to a result.
 */
import type { ReadScope } from '../../governance/scoped-snapshot.js';
import type { Clock } from '../../kernel/clock.js';
import type { CommandResult, OptionSpec, Parsed } from '../../modules/types.js';
import type { Workspace } from '../../workspace/types.js';

export type { CommandResult, OptionSpec, Parsed } from '../../modules/types.js';

export type Command = {
  /** Positional words as commander writes them: `<address> <value>`, `[files...]`. */
  readonly args?: string;
  readonly options?: readonly OptionSpec[];
  /** Options that nobody declared stand among the words, as they were written. */
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
  /** Whether somebody can be asked: stdin and stdout are terminals. */
  readonly interactive: boolean;
  readonly packageRoot: string;
  /**
   * The directory of the workspace: `--workspace`, nearest parent with a REGISTRY.md,
   * `$NOCTURNE_WORKSPACE`, `~/.openclaw/workspace`.
   */
  root(): string;
  /** Inside a pass that does not see everything: what it sees. */
  readonly scope?: ReadScope;
  /**
   * The workspace, opened once; its snapshots show what `scope` lets see, its commits start from
   * everything.
   */
  workspace(): Workspace;
  /** A line of progress on stderr; nothing when quiet. */
  progress(line: string): void;
};
