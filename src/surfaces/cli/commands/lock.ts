/** `lock status`, `lock break`: which passes run, and how to end one that hangs. */
import { EXIT } from '../../../kernel/error.js';
import { localTime } from '../../../project/local-time.js';
import { removeClaimRows } from '../../../passes/lock-page.js';
import { fieldText } from '../../../project/field-text.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import { consecutiveFailures, failedInRow } from '../../../workspace/fence-counter.js';
import { breakCommitMutex, commitMutexStatus } from '../../../workspace/mutex.js';
import {
  breakLock,
  type ClaimStatus,
  livePasses,
  type PassLock,
  passLock,
} from '../../../workspace/pass-lock.js';
import type { ChangeSet, Snapshot } from '../../../workspace/types.js';
import { ownerAuthorisation, ownerName, requireOwner } from '../actor.js';
import { canAsk, confirm } from '../ask.js';
import { unconfirmed } from '../result.js';
import type { Command, CommandResult, Context } from '../types.js';

export const lockStatus: Command = {
  examples: ['nocturne lock status'],
  run(context) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const lock = passLock(workspace.root, workspace.clock);
    const commit = commitMutexStatus(workspace.root);
    const { failures, failedAt } = consecutiveFailures(workspace.state);
    const zone = ownerZone(snapshot);
    const lines = [...describe(lock, zone)];
    if (failures > 0)
      lines.push(
        `${failedInRow(failures, failedAt === undefined ? undefined : localTime(failedAt, zone))}.`,
      );
    if (commit !== undefined)
      lines.push(
        `A commit is running in process ${commit.holder.pid} on ${commit.holder.host} (${commit.life}).`,
      );
    const isShown = isPageRight(snapshot, lock);
    if (!isShown)
      lines.push(
        'LOCK.md shows something else. It is not the lock: the next pass, or nocturne lock break, updates it.',
      );
    return {
      exit: EXIT.ok,
      text: lines.join('\n'),
      json: { ...lock, failures, failedAt: failedAt ?? null, commit: commit ?? null, isShown },
    };
  },
};

export const lockBreak: Command = {
  args: '[run]',
  options: [
    {
      flags: '--yes',
      description: 'break it without asking for confirmation, even if the pass is alive',
    },
  ],
  examples: ['nocturne lock break', 'nocturne lock break --yes'],
  async run(context, { args, options }) {
    requireOwner(context, 'breaking the lock');
    const [run] = args;
    const isMeant = ({ runId }: ClaimStatus): boolean => run === undefined || runId === run;
    const workspace = context.workspace();
    const lock = passLock(workspace.root, workspace.clock);
    const live = lock.claims.filter((claim) => isMeant(claim) && claim.state === 'live');
    if (live.length > 0 && options['yes'] !== true) {
      const zone = ownerZone(workspace.snapshot());
      const unsure = `${describe({ ...lock, claims: live }, zone).join('\n')} Nothing that this pass does after that will count.`;
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
    return breakIt(context, isMeant);
  },
};

function breakIt(context: Context, isMeant: (claim: ClaimStatus) => boolean): CommandResult {
  const workspace = context.workspace();
  const { root, state, clock } = workspace;
  const stuck = commitMutexStatus(root);
  const freed = stuck?.life === 'dead' ? breakCommitMutex(root) : undefined;
  const lock = breakLock(root, state, { clock, which: isMeant });
  const broken = !lock.isReadable || lock.claims.length > 0;
  if (broken || !isPageRight(workspace.snapshot(), passLock(root, clock)))
    workspace.commit((snapshot) => showBroken(context, snapshot, lock));
  const whose = runsOf(lock);
  const text =
    broken || freed !== undefined
      ? `The lock${whose === '' ? '' : ` of ${whose}`} is broken. The next pass checks what that pass left.`
      : 'There is no lock to break.';
  return { exit: EXIT.ok, text, json: { lock, broken, commit: freed ?? null } };
}

/** LOCK.md again shows the lock, and the audit log says who broke it. */
function showBroken(context: Context, snapshot: Snapshot, lock: PassLock): ChangeSet {
  const workspace = context.workspace();
  const live = livePasses(workspace.root, workspace.clock);
  const { failures } = consecutiveFailures(workspace.state);
  const writes = live.some(({ isWriter }) => isWriter);
  const bundles = [
    ...removeClaimRows(snapshot, new Set(live.map(({ runId }) => runId))),
    ...(writes || fieldText(snapshot.records('WRITER')[0], 'status') !== 'locked'
      ? []
      : [{ name: 'lock_release', args: { failures, reason: 'broken by the owner' } }]),
  ];
  const changes = bundles.flatMap(({ name, args }) => bundleChanges(snapshot, name, args).changes);
  return {
    actor: { kind: 'owner', name: ownerName(snapshot) },
    runId: '',
    reason: 'the owner broke the lock',
    bundle: 'lock_release',
    changes,
    audit: [
      {
        step: '',
        type: 'lock_break',
        target: runsOf(lock),
        authorisation: ownerAuthorisation(context),
        result: 'ok',
        detail: lock.claims.map(({ runId, state }) => `${runId}: ${state}`).join(', '),
      },
    ],
  };
}

/** Whether LOCK.md names the passes that have claims, and no others. */
function isPageRight(snapshot: Snapshot, { claims }: PassLock): boolean {
  const shown = snapshot.records('CLAIM').map(({ key }) => key);
  const isLocked = fieldText(snapshot.records('WRITER')[0], 'status') === 'locked';
  return (
    isLocked === claims.some(({ isWriter }) => isWriter) &&
    shown.length === claims.length &&
    claims.every(({ runId }) => shown.includes(runId))
  );
}

function runsOf({ claims }: PassLock): string {
  return claims.map(({ runId }) => runId).join(', ');
}

const STALE = { expired: 'it has expired', dead: 'its process is dead' };

function describe({ isReadable, claims }: PassLock, zone: string): readonly string[] {
  if (!isReadable) return ['The pass lock cannot be read. nocturne lock break removes it.'];
  if (claims.length === 0) return ['No pass is running.'];
  return claims.map((claim) => {
    const {
      runId,
      role,
      host,
      project,
      unit = project,
      claimedAt,
      expiresAt,
      isWriter,
      state,
    } = claim;
    if (state !== 'live') return `The claim of ${runId} is stale: ${STALE[state]}.`;
    const work = project === '' ? 'is running' : `is working on ${unit}`;
    const writer = isWriter ? ' It is the writer.' : '';
    return `${runId} (${role}@${host}) ${work} since ${localTime(claimedAt, zone)}. Its claim expires at ${localTime(expiresAt, zone)} without a heartbeat.${writer}`;
  });
}
