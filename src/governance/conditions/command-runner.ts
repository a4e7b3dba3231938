/** What runs the command of a condition: itself, or within a sandbox. */

export type CommandInput = {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly wrap?: CommandWrapper;
};
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
/** `exit` is null when the program was ended by a signal. */
export type CommandResult =
  | {
      readonly kind: 'ended';
      readonly exit: number | null;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: 'failed'; readonly why: string };
export type CommandRunner = (input: CommandInput) => Promise<CommandResult>;
