/** The value of `--port`. */
import { NocturneError } from '../../kernel/error.js';

/** 0, for any free port, if nothing was given. @throws NocturneError `USAGE`. */
export function portOf(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value !== 'string' || !/^\d{1,5}$/.test(value) || Number(value) > 65535)
    throw new NocturneError('USAGE', `--port cannot be ${String(value)}`, {
      hint: 'give a number from 0 to 65535',
    });
  return Number(value);
}
