/** `lock status`, `lock break`: which pass is running, and how to end one that hangs. */
import { EXIT } from '../../../kernel/error.js';
import { localTime } from '../../../passes/local-time.js';
import { fieldText } from '../../../project/field-text.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import {
  breakLease,
  consecutiveFailures,
  leaseStatus,
  type LeaseStatus,
} from '../../../workspace/lease.js';
import { breakCommitMutex, commitMutexStatus } from '../../../workspace/mutex.js';
import type { Snapshot } from '../../../workspace/types.js';
import { ownerName, requireOwner } from '../actor.js';
import { canAsk, confirm } from '../ask.js';
import { ok, unconfirmed } from '../result.js';
import type { Command, CommandResult, Context } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';

export const lockStatus: Command = {
  examples: ['nocturne lock status'],
  run(context) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const lock = leaseStatus(workspace.root, workspace.clock);
    const commit = commitMutexStatus(workspace.root);
    const { failures, failedAt } = consecutiveFailures(workspace.state);
    const view = fieldText(snapshot.records('LOCK')[0], 'status');
    const differs = (view === 'locked') !== (lock.kind === 'held');
    const zone = ownerZone(snapshot);
    const text = [
      describe(lock, zone),
      ...(failures === 0
        ? []
        : [
            `${failures} passes failed in a row${failedAt === undefined ? '' : `, the last one at ${localTime(failedAt, zone)}`}.`,
          ]),
      ...(commit === undefined
        ? []
        : [
            `A commit is running in process ${commit.holder.pid} on ${commit.holder.host} (${commit.life}).`,
          ]),
      ...(differs
        ? [
            `LOCK.md says "${view}", which is out of date. The next pass corrects it, and so does nocturne lock break.`,
          ]
        : []),
    ];
    return ok(text.join('\n'), {
      lock,
      failures,
      failedAt: failedAt ?? null,
      commit: commit ?? null,
      view,
    });
  },
};

export const lockBreak: Command = {
  options: [
    {
      flags: '--yes',
      description: 'break it without asking for confirmation, even if the pass is alive',
    },
  ],
  examples: ['nocturne lock break', 'nocturne lock break --yes'],
  async run(context, { options }) {
    requireOwner(context, 'breaking the lock');
    const workspace = context.workspace();
    const lock = leaseStatus(workspace.root, workspace.clock);
    const zone = ownerZone(workspace.snapshot());
    if (lock.kind === 'held' && options['yes'] !== true) {
      const unsure = `${describe(lock, zone)} Nothing that this pass does after that will count.`;
      if (!canAsk(context))
        return unconfirmed(unsure, { nothing: 'the lock was not broken', json: { lock } });
      context.progress(unsure);
      if (!(await confirm('Break the lock?')))
        return {
          exit: EXIT.refused,
          text: 'The lock was not broken.',
          json: { lock, broken: false },
        };
    }
    return breakIt(context, lock);
  },
};

function breakIt(context: Context, lock: LeaseStatus): CommandResult {
  const workspace = context.workspace();
  const stuck = commitMutexStatus(workspace.root);
  const freed = stuck?.life === 'dead' ? breakCommitMutex(workspace.root) : undefined;
  const broken = breakLease(workspace.root, workspace.state, workspace.clock);
  const { failures } = consecutiveFailures(workspace.state);
  const whose = lock.kind === 'free' ? '' : (lock.lease?.runId ?? '');
  const stale = (snapshot: Snapshot): boolean =>
    fieldText(snapshot.records('LOCK')[0], 'status') === 'locked';
  if (broken.kind !== 'free' || stale(workspace.snapshot())) {
    workspace.commit((snapshot) => ({
      actor: { kind: 'owner', name: ownerName(snapshot) },
      runId: '',
      reason: 'the owner broke the lock',
      ...(stale(snapshot)
        ? {
            bundle: 'lock_release',
            ...bundleChanges(snapshot, 'lock_release', { failures, reason: 'broken by the owner' }),
          }
        : { changes: [] }),
      audit: [
        {
          step: '',
          type: 'lock_break',
          target: whose,
          authorisation: 'owner',
          result: 'ok',
          detail: lock.kind === 'stale' ? `it was stale: ${lock.why}` : lock.kind,
        },
      ],
    }));
  }
  const text =
    broken.kind === 'free' && freed === undefined
      ? 'There is no lock to break.'
      : `The lock${whose === '' ? '' : ` of ${whose}`} is broken. The next pass checks what that pass left.`;
  return ok(text, { lock, broken: broken.kind !== 'free', commit: freed ?? null });
}

const STALE = {
  expired: 'it has expired',
  dead: 'its process has ended',
  unreadable: 'it cannot be read',
};

function describe(lock: LeaseStatus, zone: string): string {
  if (lock.kind === 'free') return 'No pass holds the lock.';
  if (lock.kind === 'held')
    return `${lock.lease.holder} has held the lock for ${lock.lease.runId} since ${localTime(lock.lease.lockedAt, zone)}. It expires at ${localTime(lock.lease.expiresAt, zone)} unless a heartbeat renews it.`;
  return `The lock${lock.lease === undefined ? '' : ` of ${lock.lease.runId}`} is stale: ${STALE[lock.why]}.`;
}
