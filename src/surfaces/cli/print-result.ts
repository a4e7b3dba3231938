/** Prints the end of a command: a result on stdout, or an error. */
import { EXIT, type ExitCode, NocturneError, messageOf } from '../../kernel/error.js';
import type { CommandResult } from './types.js';

export function printResult(result: CommandResult, json: boolean): ExitCode {
  if (result.raw !== undefined)
    process.stdout.write(result.raw.endsWith('\n') ? result.raw : `${result.raw}\n`);
  else if (json)
    process.stdout.write(
      `${JSON.stringify({ schema: 1, ok: result.exit === EXIT.ok, ...result.json })}\n`,
    );
  else if (result.text !== '')
    process.stdout.write(result.text.endsWith('\n') ? result.text : `${result.text}\n`);
  return result.exit;
}

export function printError(
  error: unknown,
  options: { readonly json: boolean; readonly debug: boolean },
): ExitCode {
  const failure =
    error instanceof NocturneError
      ? error
      : new NocturneError('INTERNAL', messageOf(error), {
          hint: 'this is a bug in Nocturne; run the command again with --debug, and report the output',
        });
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ schema: 1, ok: false, error: failure.document })}\n`);
  } else {
    const { file, line, column } = failure.place;
    const where =
      file === undefined
        ? ''
        : `${file}${line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`}  `;
    process.stderr.write(
      `${where}${failure.code}: ${failure.message}\n${failure.hint === undefined ? '' : `  ${failure.hint}\n`}`,
    );
  }
  if (options.debug)
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return failure.exit;
}
