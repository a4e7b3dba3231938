/** What passes tell the mesh, and what the mesh gives to passes. */
import type { Offer, Unit } from '../../../governance/unit.js';
import { messageOf, NocturneError } from '../../../kernel/error.js';
import type { PassModule, UnitCopyContext } from '../../../passes/module.js';
import { markRunning, writeResult } from '../tasks/claim-store.js';
import { taskKey } from '../wire/names.js';
import {
  askFragments,
  askSettled,
  askStarted,
  askUnits,
  heardAsk,
  isAskUnit,
  keepAsk,
  prepareAsk,
} from '../calls/ask-units.js';
import { claimOfUnit, guestFragments, guestOffer, isGuestUnit } from './guest-units.js';
import { examineGuest, keepGuest, prepareGuest, settleGuest } from './guest-work.js';
import { homeOffer, isHomeUnit } from './home-units.js';
import { performHome, settleHome } from './home-work.js';
import { tidy } from './tidy.js';

/** A package that cannot be taken ends the claim, so that it is not tried again for ever. */
function prepareOrFail(unit: Unit, context: UnitCopyContext): void {
  const { state, runId } = context;
  try {
    prepareGuest(unit, context);
  } catch (error) {
    const claim = claimOfUnit(state, unit);
    if (claim !== undefined) {
      const { owner, spec, attempt, package: packed } = claim;
      const why = messageOf(error);
      const common = { owner, task: spec.task, attempt, package: packed };
      writeResult(state, { ...common, outcome: 'broken', why, runId });
    }
    throw error;
  }
}

export const workMoments = {
  units(context): Offer {
    const [guest, home] = [guestOffer(context), homeOffer(context)];
    return { units: [...home.units, ...askUnits(context), ...guest.units], held: guest.held };
  },
  started(unit, context) {
    const { state, runId } = context;
    if (isAskUnit(unit)) askStarted(unit, context);
    if (!isGuestUnit(unit)) return undefined;
    const claim = claimOfUnit(state, unit);
    if (claim === undefined) throw new NocturneError('CONFLICT', `${unit.id} was withdrawn`);
    markRunning(state, taskKey(claim.owner, claim.spec.task), runId);
    return undefined;
  },
  prepare(unit, context) {
    if (isGuestUnit(unit)) prepareOrFail(unit, context);
    if (isAskUnit(unit)) prepareAsk(unit, context);
  },
  perform: performHome,
  heard(unit, event, state) {
    if (isAskUnit(unit)) heardAsk(unit, event, state);
  },
  async examine(context) {
    const { unit, workspace } = context;
    return unit !== undefined && isGuestUnit(unit) ? examineGuest(context, workspace.state) : [];
  },
  keep(unit, work) {
    if (isGuestUnit(unit)) keepGuest(unit, work);
    if (isAskUnit(unit)) keepAsk(unit, work);
  },
  settled(unit, verdict, context) {
    if (isAskUnit(unit)) askSettled(unit, verdict, context);
    if (isGuestUnit(unit)) return settleGuest(unit, verdict, context);
    return isHomeUnit(unit) ? settleHome(unit, verdict, context) : undefined;
  },
  sweep: ({ workspace }) => tidy(workspace),
  async fragments(context) {
    if (context.unit === undefined) return [];
    if (isAskUnit(context.unit)) return askFragments(context);
    return isGuestUnit(context.unit) ? guestFragments(context) : [];
  },
} satisfies Partial<PassModule>;
