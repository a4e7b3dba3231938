/** The one reader of what a command is given: a file, or standard input, which it waits for. */
import { readFileSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { NocturneError } from './error.js';

const STANDARD_INPUT = 0;
const BLOCK = 1 << 16;
const PAUSE_MS = 10;

/** `hint`: how the caller is told to give the file. */
export type InputSource = { readonly cwd: string; readonly file: string; readonly hint: string };

/**
 * The bytes of a file, or of standard input for `-`.
 * @throws NocturneError `USAGE` where there is nothing to read: a missing file, or a terminal.
 */
export function readInput({ cwd, file, hint }: InputSource): Buffer {
  if (file === '-' && isTerminal())
    throw new NocturneError('USAGE', 'there is no content: nothing is piped into the command', {
      hint,
    });
  try {
    return file === '-' ? readStandardInput() : readFileSync(resolve(cwd, file));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NocturneError('USAGE', `${nameOf(file)} cannot be read: ${why}`, { hint, cause });
  }
}

/** The same as text. @throws NocturneError `USAGE` also for what is no UTF-8. */
export function readInputText(source: InputSource): string {
  const bytes = readInput(source);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const message = `${nameOf(source.file)} is not UTF-8 text`;
    throw new NocturneError('USAGE', message, { hint: source.hint, cause });
  }
}

/**
 * All that comes until the writer closes its end. A pipe that somebody made non-blocking says
 * EAGAIN where another would wait (also after a look at `process.stdin`, so nobody looks there).
 */
export function readStandardInput(): Buffer {
  const blocks: Buffer[] = [];
  for (;;) {
    const block = Buffer.allocUnsafe(BLOCK);
    const count = readBlock(block);
    if (count === 0) return Buffer.concat(blocks);
    if (count !== undefined) blocks.push(block.subarray(0, count));
  }
}

/** Whether a person sits at standard input, so that nothing will come by itself. */
export function isTerminal(): boolean {
  return isatty(STANDARD_INPUT);
}

/** `undefined`: nothing is there yet. */
function readBlock(block: Buffer): number | undefined {
  try {
    return readSync(STANDARD_INPUT, block);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EOF') return 0;
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    return undefined;
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
