/** Options that many commands share, and how to read one. */
import type { Parsed } from './types.js';

export const DRY_RUN = {
  flags: '--dry-run',
  description: 'show the difference and the audit row, and write nothing',
};
export const REASON = { flags: '--reason <text>', description: 'why, for the log' };

export function textOption(options: Parsed['options'], name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
