/** What a command is: its words for the help page, and one function from parsed words to a result. */
import type { Clock } from '../../kernel/clock.js';
import type { ExitCode } from '../../kernel/error.js';
import type { Workspace } from '../../workspace/types.js';

/** `flags` as commander writes them: `--since <rev>`, `--all`, `-n, --passes <n>`. */
export type OptionSpec = { readonly flags: string; readonly description: string; readonly choices?: readonly string[] };

/** `text` is for people, `json` for programs; `schema` and `ok` are added by the surface. */
export type CommandResult = { readonly exit: ExitCode; readonly text: string; readonly json: Readonly<Record<string, unknown>> | readonly unknown[]; /** Printed on stdout as it is, whatever --json says (sarif, mermaid …). */ readonly raw?: string };

export type Parsed = { readonly args: readonly string[]; readonly options: Readonly<Record<string, unknown>> };

export type Command = {
  /** Positional words as commander writes them: `<address> <value>`, `[files...]`. */
  readonly args?: string;
  readonly options?: readonly OptionSpec[];
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
  /** The directory of the workspace: `--workspace`, nearest parent with a REGISTRY.md, `$NOCTURNE_WORKSPACE`, `~/.openclaw/workspace`. */
  root(): string;
  /** The workspace, opened once. */
  workspace(): Workspace;
  /** A line of progress on stderr; nothing when quiet. */
  progress(line: string): void;
};
