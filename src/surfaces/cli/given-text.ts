/** Text that a command is given: as an option, in a file, or on standard input. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NocturneError } from '../../kernel/error.js';
import type { Context } from './types.js';

/**
 * @param file `-` for standard input. @throws NocturneError `USAGE` where it cannot be read or is
 * no UTF-8 text.
 */
export function textOfFile(context: Context, file: string): string {
  const name = file === '-' ? 'standard input' : file;
  if (file === '-' && context.interactive)
    throw new NocturneError('USAGE', 'there is no content: nothing is piped into the command', {
      hint: 'pipe the text into it, or name a file',
    });
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file === '-' ? 0 : resolve(context.cwd, file));
  } catch (cause) {
    throw new NocturneError(
      'USAGE',
      `${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { hint: 'name a file with the text', cause },
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new NocturneError('USAGE', `${name} is not UTF-8 text`, {
      hint: 'only text is written here',
      cause,
    });
  }
}
