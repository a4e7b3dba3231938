/** What the owner is told about spending without asking: on the morning page, and in `status`. */
import { messageOf, NocturneError } from '../../../kernel/error.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import type { KeptContext, ModuleState } from '../../../passes/module.js';
import { stoppedUntil } from '../ledger/stopped.js';
import { meterDirectory } from '../live-meter.js';
import { spendReport } from './spend-report.js';
import { doubts } from './spend-text.js';

/** What the sums of the pass records do not show. */
export function spendingProblems(
  context: KeptContext & { readonly since: Date },
): readonly string[] {
  try {
    const stopped = stoppedState(context)?.lines ?? [];
    const told = doubts(spendReport(context));
    return [
      ...stopped,
      ...(told.length === 0 ? [] : [`${told.join(' ')} See \`nocturne spend\`.`]),
    ];
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'GATE')
      return [`spending cannot be told: ${messageOf(error)}`];
    throw error;
  }
}

export function stoppedState({ snapshot, state }: KeptContext): ModuleState | undefined {
  const stopped = stoppedUntil(meterDirectory(state), snapshot.now);
  if (stopped === undefined) return undefined;
  const until = localTime(stopped.until, ownerZone(snapshot));
  const line = `Spending is stopped until ${until}. To resume: \`nocturne spend resume\``;
  return { lines: [line], facts: { stopped } };
}
