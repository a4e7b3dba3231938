/** Reads the input of a command: a file, or standard input, for which it waits. */
import { readFileSync, readSync } from './files.js';
import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { NocturneError, messageOf } from './error.js';

const STANDARD_INPUT = 0;
const BLOCK = 1 << 16;
const PAUSE_MS = 10;

/** `hint`: how to give the file. */
export type InputSource = { readonly cwd: string; readonly file: string; readonly hint: string };

/**
 * The bytes of a file, or of standard input for `-`.
 * @throws NocturneError `USAGE` if the file cannot be read or standard input is a terminal.
 */
export function readInput({ cwd, file, hint }: InputSource): Buffer {
  if (file === '-' && isTerminal())
    throw new NocturneError('USAGE', 'there is no content: nothing is piped into the command', {
      hint,
    });
  try {
    return file === '-' ? readStandardInput() : readFileSync(resolve(cwd, file));
  } catch (cause) {
    const why = messageOf(cause);
    throw new NocturneError('USAGE', `${nameOf(file)} cannot be read: ${why}`, { hint, cause });
  }
}

/** The same as text. @throws NocturneError `USAGE`, in addition, if it is not UTF-8. */
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
 * Everything until the writer closes its end. On a non-blocking pipe a read fails with EAGAIN
 * instead of waiting. Touching `process.stdin` makes the pipe non-blocking, so no code does that.
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

/** Whether standard input is a person at a terminal, so that nothing comes unasked. */
export function isTerminal(): boolean {
  return isatty(STANDARD_INPUT);
}

/** `undefined`: nothing has arrived yet. */
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
