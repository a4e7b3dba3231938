/** A call that no account can pay: status 402, which no client repeats. */
import type { Refusal } from '../ledger/types.js';
import type { MeterError } from './error-shape.js';

export const LIMIT_REACHED = 'limit_reached';
const LIMIT_HEADER = 'x-nocturne-limit';
const NANOS = 1e9;

export function refusalError(refusal: Refusal): MeterError {
  return {
    status: 402,
    code: LIMIT_REACHED,
    message: textOf(refusal),
    headers: { [LIMIT_HEADER]: refusal.scope },
  };
}

function textOf(refusal: Refusal): string {
  switch (refusal.scope) {
    case 'stopped':
      return `The owner has stopped all spending until ${refusal.until}.`;
    case 'unpriced':
      return `The model ${refusal.model} has no price in orchestration-os/SPENDING.md, and a limit on cost applies.`;
    default: {
      const { scope, unit, limit, used, needed } = refusal;
      const shown = (amount: number): string =>
        unit === 'tokens' ? `${amount} tokens` : (amount / NANOS).toFixed(4);
      return `The limit of the ${scope} is ${shown(limit)}, of which ${shown(used)} is used or reserved; this call may need ${shown(needed)}.`;
    }
  }
}
