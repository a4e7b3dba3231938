/** Rule lock-state: LOCK.md is consistent and agrees with the lease. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { Rec } from '../../markdown/types.js';
import { fieldInt, fieldText, fieldTime } from '../../project/field-text.js';
import type { ObjectSpec } from '../../registry/types.js';
import { type Lease, leaseStatus, type LeaseStatus } from '../../workspace/lease.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

/** Who holds the lock; empty if nobody does. */
const HOLDERS = ['holder', 'run_id', 'host', 'pid', 'locked_at', 'expires_at'] as const;

export const lockState: WorkspaceRule = {
  kind: 'workspace',
  id: 'lock-state',
  severity: 'error',
  suppressible: 'never',
  run: ({ snapshot, schema }) => {
    const object = schema.objects.get('LOCK');
    if (object === undefined) return [];
    // Without a lease, the result must not depend on the clock, so that it can be cached.
    const now = (): Date => snapshot.now;
    const lease = leaseStatus(snapshot.root, { now });
    return snapshot.records('LOCK').flatMap((record) => {
      const status = fieldText(record, 'status');
      const say = sayOf(object, record);
      if (status === 'released') return released(record, lease, say);
      return status === 'locked' ? locked(record, { lease, now: now().getTime() }, say) : [];
    });
  },
};

type Say = (field: string, problem: Omit<Diagnostic, 'rule' | 'range' | 'actual'>) => Diagnostic;

function sayOf(object: ObjectSpec, record: Rec): Say {
  return (field, problem) => ({
    rule: 'lock-state',
    ...problem,
    range: fieldRange(object, record, field),
    actual: fieldText(record, field) || 'nothing',
  });
}

function released(record: Rec, lease: LeaseStatus, say: Say): Diagnostic[] {
  const left = HOLDERS.find((field) => fieldText(record, field) !== '');
  if (left !== undefined)
    return [
      say(left, {
        severity: 'error',
        message: `${record.file} is released, but still names a ${left.replace('_', ' ')}`,
        expected: 'nothing',
        hint: 'the next pass rewrites it; empty the field until then',
      }),
    ];
  if (lease.kind === 'free') return [];
  // A pass takes the lease a moment before it writes the file, so this is not an error.
  const who =
    lease.lease === undefined
      ? 'the lease cannot be read'
      : `${lease.lease.holder} holds the lock for ${lease.lease.runId} until ${lease.lease.expiresAt}`;
  return [
    say('status', {
      severity: 'warning',
      message: `${record.file} is released, but ${who}`,
      expected: 'locked',
      hint: 'run nocturne lock status; if no pass is beginning or ending right now, somebody edited the file, or a pass died before it wrote it',
    }),
  ];
}

function locked(
  record: Rec,
  state: { readonly lease: LeaseStatus; readonly now: number },
  say: Say,
): Diagnostic[] {
  const { lease, now } = state;
  const run = fieldText(record, 'run_id');
  const who = run === '' ? fieldText(record, 'holder') : run;
  if (lease.kind === 'free') {
    const over =
      (fieldTime(record, 'expires_at') ?? now) <= now
        ? `, and its lease ended at ${fieldText(record, 'expires_at') || 'no time'}`
        : '';
    return [
      say('status', {
        severity: 'error',
        message: `${record.file} is locked by ${who}, but nobody holds the lock${over}`,
        expected: 'released',
        hint: 'the next pass corrects it; nocturne lock break does so now',
      }),
    ];
  }
  if (lease.lease === undefined)
    return [
      say('status', {
        severity: 'warning',
        message: `${record.file} is locked by ${who}, and the lease cannot be read`,
        hint: 'nocturne lock break removes it',
      }),
    ];
  return [...differing(record, lease.lease, say), ...stale(lease, lease.lease, say)].slice(0, 1);
}

/** Where the file disagrees with the lease about the pass. */
function differing(record: Rec, { runId, fence }: Lease, say: Say): Diagnostic[] {
  const run = fieldText(record, 'run_id');
  if (run !== '' && run !== runId)
    return [
      say('run_id', {
        severity: 'error',
        message: `${record.file} says that ${run} holds the lock; it is ${runId}`,
        expected: runId,
        hint: 'somebody edited the file, or a pass died before it wrote it; run nocturne lock status',
      }),
    ];
  const shown = fieldInt(record, 'fence');
  if (shown === undefined || shown === fence) return [];
  return [
    say('fence', {
      severity: 'error',
      message: `${record.file} shows the fence ${shown}; the lease has ${fence}`,
      expected: String(fence),
      hint: 'somebody edited the file; only the pass with the fence of the lease can commit',
    }),
  ];
}

function stale(
  status: LeaseStatus,
  { runId, expiresAt, pid, host }: Lease,
  say: Say,
): Diagnostic[] {
  if (status.kind !== 'stale') return [];
  if (status.why === 'dead')
    return [
      say('pid', {
        severity: 'warning',
        message: `${runId} holds the lock, but its process ${pid} on ${host} is dead`,
        hint: 'the next pass breaks the lock; nocturne lock break does so now',
      }),
    ];
  return [
    say('expires_at', {
      severity: 'warning',
      message: `${runId} holds the lock, but its lease ended at ${expiresAt}`,
      expected: 'a time in the future',
      hint: 'the next pass breaks the lock; nocturne lock break does so now',
    }),
  ];
}
