/** Who has to look at what came home before it is committed. */
import { findingText } from '../../../governance/rule-finding.js';
import type { Unit } from '../../../governance/unit.js';
import type { LooksContext, UnitLook } from '../../../passes/module.js';
import { homecomingOf } from './home-units.js';
import { lookAt } from './look-store.js';

/** What a rule wants somebody to look at is looked at by a grader; without one, by the owner. */
export function looksHome(unit: Unit, context: LooksContext): UnitLook {
  const home = homecomingOf(unit, context);
  const isAccepted = home !== undefined && lookAt(context.state, home.arrival)?.accepted === true;
  const why = context.findings.filter(({ effect }) => effect === 'look').map(findingText);
  return isAccepted || why.length === 0 ? { who: 'none', why: [] } : { who: 'grader', why };
}
