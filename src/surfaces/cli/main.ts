/** The command line: words → one command → one result on stdout, one exit code. */
import type { ExitCode } from '../../kernel/error.js';
import { complain } from './print-result.js';

export async function main(words: readonly string[]): Promise<void> {
  // Whoever reads may have read enough (`nocturne … | head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : 70),
  );
  let exit: ExitCode;
  try {
    exit = await run(words);
  } catch (error) {
    exit = complain(error, { json: words.includes('--json'), debug: words.includes('--debug') });
  }
  process.exitCode = exit;
}

/**
 * The gate stands before every pass and every session: it starts without the rest of the command
 * line, which costs as much as the gate itself.
 */
async function run(words: readonly string[]): Promise<ExitCode> {
  if (words[0] === 'gate') {
    const { gateLine } = await import('./gate-line.js');
    const exit = gateLine(words.slice(1));
    if (exit !== undefined) return exit;
  }
  const { dispatch } = await import('./dispatch.js');
  return dispatch(words);
}
