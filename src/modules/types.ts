/**
 * A module: what a pass knows of it, and what it adds to the command line. The core knows no module
 * by name.
 */
import type { ReadScope } from '../governance/scoped-snapshot.js';
import type { ExitCode } from '../kernel/error.js';
import type { PassModule } from '../passes/module.js';
import type { Tool } from '../tools/tool.js';
import type { Workspace } from '../workspace/types.js';

/** `flags` as commander writes them: `--since <rev>`, `--all`, `-n, --passes <n>`. */
export type OptionSpec = {
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
};
export type Parsed = {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
};

/** `text` is for people, `json` for programs; `schema` and `ok` are added by the surface. */
export type CommandResult = {
  readonly exit: ExitCode;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>> | readonly unknown[];
  /** Printed on stdout as it is, whatever --json says (sarif, mermaid …). */
  readonly raw?: string;
};

/** What a module's command is given by the command line. */
export type ModuleCommandContext = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly width: number;
  /**
   * Inside a pass that does not see everything: snapshots of `workspace()` show what it sees;
   * whatever a module reads elsewhere it filters by this (`sees`).
   */
  readonly scope?: ReadScope;
  workspace(): Workspace;
  /** A line of progress on stderr; nothing when quiet. */
  progress(line: string): void;
  /** @throws NocturneError `REFUSED` inside a pass, whatever token it has. */
  requireOwner(what: string): void;
  /** In whose name the command writes: the owner, or the pass of `$NOCTURNE_PASS_TOKEN`. */
  acting(): {
    readonly actor: { readonly kind: 'owner' | 'pass' | 'nocturne'; readonly name: string };
    readonly runId: string;
    readonly fence?: number;
    readonly authorisation: string;
  };
};

export type ModuleCommand = {
  readonly summary: string;
  /** Whether an agent may call it during a pass, and with which capability at least. */
  readonly forAgents: 'never' | 'project' | 'workspace';
  readonly args?: string;
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly string[];
  run(context: ModuleCommandContext, parsed: Parsed): Promise<CommandResult> | CommandResult;
};

export interface Module extends PassModule {
  /** By the words that call them: `tasks list`. */
  readonly commands: Readonly<Record<string, ModuleCommand>>;
  /** For every door that serves tools, while the module is enabled. */
  readonly tools?: readonly Tool[];
}
