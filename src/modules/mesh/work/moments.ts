/** What passes tell the mesh, and what the mesh gives to passes. */
import type { Offer } from '../../../governance/unit.js';
import type { PassModule } from '../../../passes/module.js';
import { markRunning } from '../tasks/claim-store.js';
import { taskKey } from '../wire/names.js';
import { claimOfUnit, guestFragments, guestOffer, isGuestUnit } from './guest-units.js';
import { examineGuest, keepGuest, prepareGuest, settleGuest } from './guest-work.js';
import { homeOffer, isHomeUnit } from './home-units.js';
import { performHome, settleHome } from './home-work.js';
import { NocturneError } from '../../../kernel/error.js';

export const workMoments = {
  units(context): Offer {
    const [guest, home] = [guestOffer(context), homeOffer(context)];
    return { units: [...home.units, ...guest.units], held: guest.held };
  },
  started(unit, { state, runId }) {
    if (!isGuestUnit(unit)) return undefined;
    const claim = claimOfUnit(state, unit);
    if (claim === undefined) throw new NocturneError('CONFLICT', `${unit.id} was taken back`);
    markRunning(state, taskKey(claim.owner, claim.spec.task), runId);
    return undefined;
  },
  prepare(unit, context) {
    if (isGuestUnit(unit)) prepareGuest(unit, context);
  },
  perform: performHome,
  async examine(context) {
    const { unit, workspace } = context;
    return unit !== undefined && isGuestUnit(unit) ? examineGuest(context, workspace.state) : [];
  },
  keep(unit, work) {
    if (isGuestUnit(unit)) keepGuest(unit, work);
  },
  settled(unit, verdict, context) {
    if (isGuestUnit(unit)) return settleGuest(unit, verdict, context);
    return isHomeUnit(unit) ? settleHome(unit, verdict, context) : undefined;
  },
  async fragments(context) {
    return context.unit !== undefined && isGuestUnit(context.unit) ? guestFragments(context) : [];
  },
} satisfies Partial<PassModule>;
