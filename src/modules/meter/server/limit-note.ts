/** What an agent is told, once, when most of a limit of its pass is used. */
import type { Balance } from '../ledger/types.js';

const MOST = 0.8;
const NAMES: Readonly<Record<Balance['scope'], string>> = {
  pass: 'this pass',
  project: 'this project',
  night: 'this night',
  month: 'this month',
};

/** @param balances the fullest first. `undefined`: there is enough left. */
export function limitNote(balances: readonly Balance[]): string | undefined {
  const [fullest] = balances;
  if (fullest === undefined || fullest.used < fullest.limit * MOST) return undefined;
  const { scope, unit, used, limit } = fullest;
  const percent = Math.min(100, Math.floor((used / limit) * 100));
  return `[Nocturne: ${percent} % of what ${NAMES[scope]} may use (${unit === 'tokens' ? 'tokens' : 'cost'}) is used. Bring your files into a usable state now, and then end with your report.]`;
}
