/** A command that a module or a host adds to the command line. */
import type { ReadScope } from '../governance/scoped-snapshot.js';
import type { Snapshot, Workspace } from '../workspace/types.js';
import type { PassModule } from './module.js';
import type { Briefed, PassEnvironment } from './types.js';

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
  /** Of `EXIT`; a command that runs a program of the owner passes its code on. */
  readonly exit: number;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>> | readonly unknown[];
  /** Printed on stdout as it is, whatever --json says (sarif, mermaid …). */
  readonly raw?: string;
};

/** Questions to the owner at the terminal. Ctrl-C means no, or nothing. */
export type OwnerQuestions = {
  confirm(question: string): Promise<boolean>;
  /** The values that the owner marks. `marked`: those that are marked already. */
  pick(
    question: string,
    options: readonly { readonly value: string; readonly label: string; readonly hint?: string }[],
    marked?: readonly string[],
  ): Promise<readonly string[]>;
  /** One value; nothing on Ctrl-C. */
  choose(
    question: string,
    options: readonly { readonly value: string; readonly label: string; readonly hint?: string }[],
  ): Promise<string | undefined>;
  /** What the owner writes, without blanks at its ends; nothing on Ctrl-C. `initial`: to edit. */
  text(question: string, initial?: string): Promise<string | undefined>;
};

/** By what a text says, not by colour. */
export type Paint = {
  readonly wrong: (text: string) => string;
  readonly attention: (text: string) => string;
  readonly good: (text: string) => string;
};

/** How far a long work is. */
export type Part = { readonly done: number; readonly total: number };

/** What such a command is given by the command line. */
export type AddedCommandContext = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** `$NOCTURNE_HOME`, default `~/.nocturne`. */
  readonly home: string;
  readonly packageRoot: string;
  readonly width: number;
  readonly json: boolean;
  /** Colours, where the terminal has them. */
  readonly paint: Paint;
  /**
   * Inside a pass that does not see everything: snapshots of `workspace()` show what it sees;
   * whatever the command reads elsewhere it filters by this (`sees`).
   */
  readonly scope?: ReadScope;
  workspace(): Workspace;
  /** The installed modules. */
  modules(): Promise<readonly PassModule[]>;
  /** For a command that runs passes. The first interrupt ends them, a second one the process. */
  passes(): Promise<PassEnvironment>;
  /** A line of progress on stderr; nothing when quiet. */
  progress(line: string): void;
  /** A bar on stderr; missing where that is not a terminal. */
  readonly bar?: (label: string, part: Part) => void;
  /** Missing where nobody can be asked. */
  readonly ask?: OwnerQuestions;
  /** @throws NocturneError `REFUSED` inside a pass, whatever token it has. */
  requireOwner(what: string): void;
  /**
   * Changes a protected page and signs it, with the owner's key. Ask for a yes before.
   * @throws NocturneError `REFUSED` inside a pass, and while another protected page is not signed.
   */
  signPage(
    path: string,
    page: { readonly text: (snapshot: Snapshot) => string; readonly reason: string },
  ): Promise<void>;
  /** In whose name the command writes: the owner, or the pass of `$NOCTURNE_PASS_TOKEN`. */
  acting(): {
    readonly actor: { readonly kind: 'owner' | 'pass' | 'nocturne'; readonly name: string };
    readonly runId: string;
    readonly fence?: number;
    readonly pass?: Briefed;
    readonly authorisation: string;
  };
};

export type AddedCommand = {
  /** Positional words as commander writes them: `<address> <value>`, `[files...]`. */
  readonly args?: string;
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly string[];
  run(context: AddedCommandContext, parsed: Parsed): Promise<CommandResult> | CommandResult;
};
