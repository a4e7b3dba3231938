/** `gate`: T0's verification alone. `gate-line.ts` answers it when no other words are given. */
import { gateResult } from '../gate-result.js';
import type { Command } from '../types.js';

export const command: Command = {
  examples: ['nocturne gate', 'nocturne gate --json'],
  run: (context) => gateResult(context.root(), context.home),
};
