/** Prints the end of a command: a result on stdout, or an error. */
import { EXIT, type ExitCode, NocturneError, messageOf } from '../../kernel/error.js';
import { showControl, showLines } from '../../kernel/show-control.js';
import { clearBar } from './progress-bar.js';
import { terminalHasColors } from './terminal-has-colors.js';
import type { CommandResult } from './types.js';

export function printResult(result: CommandResult, json: boolean): number {
  if (result.raw !== undefined) printForPrograms(result.raw);
  else if (json)
    printForPrograms(JSON.stringify({ schema: 1, ok: result.exit === EXIT.ok, ...result.json }));
  else if (result.text !== '') printText(result.text);
  return result.exit;
}

/**
 * Also into a pipe, which may end at a terminal. In JSON, only strings hold such characters, and
 * there the escape means the same character.
 */
export function printForPrograms(text: string): void {
  clearBar();
  const shown = showLines(text, { color: false });
  process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}

/** Also for what a person reads before a command ends. */
export function printText(text: string, stream: NodeJS.WritableStream = process.stdout): void {
  clearBar();
  const shown = showLines(text, { color: terminalHasColors() });
  stream.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}

export function printError(
  error: unknown,
  options: { readonly json: boolean; readonly debug: boolean },
): ExitCode {
  clearBar();
  const failure =
    error instanceof NocturneError
      ? error
      : new NocturneError('INTERNAL', messageOf(error), {
          hint: 'this is a bug in Nocturne; run the command again with --debug, and report the output',
        });
  if (options.json) {
    printForPrograms(JSON.stringify({ schema: 1, ok: false, error: failure.document }));
  } else {
    const { file, line, column } = failure.place;
    const where =
      file === undefined
        ? ''
        : `${showControl(file)}${line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`}  `;
    // A name in it that has lines of its own does not begin one of ours.
    const message = failure.message.replaceAll('\n', '\n  ');
    const hint = failure.hint === undefined ? '' : `  ${failure.hint}\n`;
    process.stderr.write(
      showLines(`${where}${failure.code}: ${message}\n${hint}`, { color: false }),
    );
  }
  if (options.debug)
    printText(
      error instanceof Error ? (error.stack ?? error.message) : String(error),
      process.stderr,
    );
  return failure.exit;
}
