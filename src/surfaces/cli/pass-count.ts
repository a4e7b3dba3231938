/** A number of passes, as an option gives it. */
import { NocturneError } from '../../kernel/error.js';

const MOST = 200;

/** @throws NocturneError `USAGE` unless it is a whole number from 1 to 200. */
export function passCount(value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > MOST)
    throw new NocturneError('USAGE', `${String(value)} is not a number of passes`, {
      hint: `give a whole number from 1 to ${MOST}`,
    });
  return number;
}
