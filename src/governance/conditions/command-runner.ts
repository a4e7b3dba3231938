/** What runs commands: without a sandbox, or within one. */

/**
 * A program as it is started, without a shell. `input`: text for its standard input; without one it
 * gets what other programs send there, or nothing. `out`, `err`: where what it prints goes.
 */
export type Program = {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly out: Sink;
  readonly err: Sink;
};
/** What is captured as output or as errors, or another program's standard input. */
export type Sink = 'output' | 'errors' | Program;

export type RunLimits = {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly wrap?: CommandWrapper;
};
export type CommandInput = RunLimits & { readonly argv: readonly string[] };

/**
 * Puts a command into another, a sandbox. What it makes says `"exit-code"` on descriptor 3 once the
 * command itself was started and has ended.
 */
export type CommandWrapper = (
  argv: readonly string[],
  cwd: string,
) =>
  | { readonly kind: 'wrapped'; readonly argv: readonly string[] }
  | { readonly kind: 'failed'; readonly why: string };

type Printed = { readonly stdout: string; readonly stderr: string };
/** `notStarted`: a program is missing, or its sandbox could not be made. */
type Failed = { readonly kind: 'failed'; readonly why: string; readonly notStarted: boolean };

/** `exit` is null when the program was ended by a signal. */
export type CommandResult =
  | ({ readonly kind: 'ended'; readonly exit: number | null } & Printed)
  | Failed;
export type CommandRunner = (input: CommandInput) => Promise<CommandResult>;

/** `exits`: by program. Programs are listed after those that they send anything to. */
export type ProgramsResult =
  | ({ readonly kind: 'ended'; readonly exits: ReadonlyMap<Program, number | null> } & Printed)
  | Failed;
export type ProgramsRunner = (
  programs: readonly Program[],
  limits: RunLimits,
) => Promise<ProgramsResult>;
