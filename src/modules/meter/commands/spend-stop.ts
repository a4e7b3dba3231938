/** `spend stop` and `spend resume`: the switch that stops every call to a model at once. */
import { stamp } from '../../../kernel/clock.js';
import { EXIT } from '../../../kernel/error.js';
import { localTime } from '../../../project/local-time.js';
import { dayIn, ownerZone } from '../../../project/owner-zone.js';
import { instantIn } from '../../../project/zone.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { ModuleCommand } from '../../types.js';
import { resume, stop } from '../ledger/stopped.js';
import { meterDirectory } from '../live-meter.js';

const DRY_RUN = { flags: '--dry-run', description: 'say what it does, and do nothing' };

export const spendStop: ModuleCommand = {
  summary: 'stop every call to a model at once, until tomorrow',
  forAgents: 'never',
  options: [DRY_RUN],
  examples: ['nocturne spend stop'],
  run(context, { options }) {
    context.requireOwner('stopping all spending');
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const until = nextDay(snapshot);
    const shown = localTime(until.toISOString(), ownerZone(snapshot));
    if (options['dryRun'] === true)
      return {
        exit: EXIT.ok,
        text: `This stops every call to a model until ${shown}. Passes that need one wait until then.`,
        json: { until: stamp(until), written: false },
      };
    stop(meterDirectory(workspace.state), { since: stamp(snapshot.now), until: stamp(until) });
    return {
      exit: EXIT.ok,
      text: `No call to a model leaves until ${shown}. To resume earlier: nocturne spend resume`,
      json: { until: stamp(until) },
    };
  },
};

export const spendResume: ModuleCommand = {
  summary: 'allow calls again after spend stop',
  forAgents: 'never',
  options: [DRY_RUN],
  examples: ['nocturne spend resume'],
  run(context, { options }) {
    context.requireOwner('resuming');
    if (options['dryRun'] === true)
      return {
        exit: EXIT.ok,
        text: 'This allows calls to models again, as far as the limits allow them.',
        json: { written: false },
      };
    const wasStopped = resume(meterDirectory(context.workspace().state));
    return {
      exit: EXIT.ok,
      text: wasStopped ? 'Calls to models may leave again.' : 'Spending was not stopped.',
      json: { wasStopped },
    };
  },
};

/** The owner's next midnight. */
function nextDay(snapshot: Snapshot): Date {
  const zone = ownerZone(snapshot);
  const day = new Date(`${dayIn(zone, snapshot.now)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return instantIn(zone, `${day.toISOString().slice(0, 10)}T00:00:00`);
}
