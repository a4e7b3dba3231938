/** The options that give a night a budget, in addition to the owner's numbers in USER.md. */
import type { NightLimits, NightUnit } from '../../agents/night-budget.js';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';

export const NIGHT_OPTIONS = [
  { flags: '--minutes <n>', description: 'the most minutes that all passes may take together' },
  { flags: '--tokens <n>', description: 'the most tokens that all passes may use together' },
  { flags: '--cost <amount>', description: 'the most that all passes may cost together' },
] as const;

/** @throws NocturneError `USAGE` for anything but a number above 0. */
export function nightOptions(options: Readonly<Record<string, unknown>>): NightLimits {
  const limit = (name: NightUnit): number | undefined => {
    const value = options[name];
    if (value === undefined) return undefined;
    const number = Number(value);
    const isCount = name === 'tokens';
    if (!(number > 0) || number > 1e12 || (isCount && !Number.isInteger(number)))
      throw new NocturneError('USAGE', `--${name} cannot be ${String(value)}`, {
        hint: isCount ? 'give a whole number above 0' : 'give a number above 0',
      });
    return number;
  };
  return defined({ minutes: limit('minutes'), tokens: limit('tokens'), cost: limit('cost') });
}
