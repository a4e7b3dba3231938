/** The command line: words name a command, which prints one result and ends with an exit code. */
import type { ExitCode } from '../../kernel/error.js';
import { printError } from './print-result.js';

export async function main(words: readonly string[]): Promise<void> {
  // A reader may close the pipe early (`nocturne … | head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : 70),
  );
  let exit: ExitCode;
  try {
    const { dispatch } = await import('./dispatch.js');
    exit = await dispatch(words);
  } catch (error) {
    exit = printError(error, { json: words.includes('--json'), debug: words.includes('--debug') });
  }
  process.exitCode = exit;
}
