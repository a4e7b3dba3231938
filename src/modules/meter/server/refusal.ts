/** A call that no account can pay: status 402, which no client repeats. */
import { limitHeaders, type ReachedLimit } from '../../../agents/reached-limit.js';
import { defined } from '../../../kernel/defined.js';
import { NANOS } from '../ledger/money.js';
import type { Refusal } from '../ledger/types.js';
import type { MeterError } from './error-shape.js';

export function refusalError(refusal: Refusal): MeterError {
  return {
    status: 402,
    code: 'limit_reached',
    message: textOf(refusal),
    headers: limitHeaders(reachedLimit(refusal)),
  };
}

/** In tokens, or in the owner's currency. */
export function reachedLimit(refusal: Refusal): ReachedLimit {
  const { scope } = refusal;
  if (scope === 'stopped' || scope === 'unpriced') return { scope };
  const { project, unit } = refusal;
  const [used, limit, needed] = [refusal.used, refusal.limit, refusal.needed].map((amount) =>
    unit === 'tokens' ? amount : amount / NANOS,
  );
  const amounts = { unit: unit === 'tokens' ? unit : ('cost' as const), used, limit, needed };
  return { scope, ...defined({ project, ...amounts }) };
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
