/** The command line: words name a command, which prints one result and ends with an exit code. */
import { EXIT, NocturneError } from '../../kernel/error.js';
import { LATER, ownWords } from './own-words.js';
import { printError } from './print-result.js';

export async function main(given: readonly string[]): Promise<void> {
  // A reader may close the pipe early (`nocturne … | head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.ok : printError(unwritten(error), PLAIN)),
  );
  let exit: number;
  let words = given;
  try {
    const { dispatch } = await import('./dispatch.js');
    const [first, workspace = ''] = given;
    if (first === LATER) words = await (await import('./later-words.js')).laterWords(workspace);
    exit = await dispatch(words);
  } catch (error) {
    const own = ownWords(words);
    exit = printError(error, { json: own.includes('--json'), debug: own.includes('--debug') });
  }
  process.exitCode = exit;
}

const PLAIN = { json: false, debug: false };
const unwritten = (error: Error): NocturneError =>
  new NocturneError('STORAGE', `the output could not be written: ${error.message}`);
