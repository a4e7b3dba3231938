/** What a night was: the passes that ran or run, and those that did not begin, with the reason. */
import type { Rec } from '../markdown/types.js';
import { fieldInt, fieldText, fieldTime, instant } from '../project/field-text.js';
import { nightIn, ownerZone } from '../project/owner-zone.js';
import { instantIn } from '../project/zone.js';
import { listIncidents } from '../workspace/incident.js';
import { type ClaimState, type ClaimStatus, passLock } from '../workspace/pass-lock.js';
import type { Snapshot, Workspace } from '../workspace/types.js';
import { LEASE_MS } from './lease.js';
import { rowsOfSpan, type TimeSpan } from './rows-of-span.js';

/** `live` runs; `expired` and `dead` are lost claims that the next pass clears up. */
export type PassState = 'ended' | ClaimState;
/** Times are stored ones, in UTC; empty: not known, or not yet. */
export type NightPass = {
  readonly id: string;
  readonly role: string;
  readonly project: string;
  readonly runner: string;
  readonly model: string;
  readonly state: PassState;
  readonly started: string;
  readonly ended: string;
  /** The last time that a running pass was heard of. */
  readonly heartbeat: string;
  readonly outcome: string;
  readonly grade: string;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly cost: string;
};
/**
 * `refused`: by the gate; `over`: until the gate passed again. `missed`: nobody was there to start
 * it. `deferred`: another pass was the writer.
 */
export type NotBegun = {
  readonly kind: 'refused' | 'over' | 'missed' | 'skipped' | 'deferred';
  readonly time: string;
  readonly what: string;
  readonly why: string;
};
export type Night = {
  /** The date of its evening. */
  readonly night: string;
  /** From noon to noon of the owner. */
  readonly from: string;
  readonly to: string;
  readonly passes: readonly NightPass[];
  readonly notBegun: readonly NotBegun[];
};

/** By the result of an audit row of the schedule. */
const NOT_BEGUN: ReadonlyMap<string, NotBegun['kind']> = new Map([
  ['missed', 'missed'],
  ['skipped', 'skipped'],
  ['deferred', 'deferred'],
]);

/** @param night the date of its evening; without it, the last night in which a pass began. */
export function nightPasses(workspace: Workspace, snapshot: Snapshot, night?: string): Night {
  const zone = ownerZone(snapshot);
  const { claims } = passLock(workspace.root, workspace.clock);
  const chosen = night ?? lastNight(snapshot, claims, zone);
  const span = spanOf(zone, chosen);
  const ended = [...rowsOfSpan(snapshot, 'RUN', span)].filter((row) => touches(row, span));
  const known = new Set(ended.map(({ key }) => key));
  const running = claims.filter(
    ({ runId, claimedAt }) => !known.has(runId) && isIn(instant(claimedAt), span),
  );
  return {
    night: chosen,
    from: new Date(span.from).toISOString(),
    to: new Date(span.to).toISOString(),
    passes: [...ended.map(endedPass).reverse(), ...running.map(runningPass)].sort(
      byTime('started'),
    ),
    notBegun: [...refused(workspace.state), ...recorded(snapshot, span)]
      .filter(({ time }) => isIn(instant(time), span))
      .sort(byTime('time')),
  };
}

/** The pass of a claim: one that runs, or was lost. */
export function claimedPass({ root, clock }: Workspace, runId: string): NightPass | undefined {
  const claim = passLock(root, clock).claims.find((claimed) => claimed.runId === runId);
  return claim && runningPass(claim);
}

/** A pass that ran across noon belongs to both nights. */
function touches(row: Rec, span: TimeSpan): boolean {
  const [started, ended] = [fieldTime(row, 'started'), fieldTime(row, 'ended')];
  return (started ?? 0) < span.to && (ended ?? started ?? 0) >= span.from;
}

function isIn(time: number | undefined, { from, to }: TimeSpan): boolean {
  return time !== undefined && time >= from && time < to;
}

function spanOf(zone: string, night: string): TimeSpan {
  const day = new Date(`${night}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return {
    from: instantIn(zone, `${night}T12:00:00`).getTime(),
    to: instantIn(zone, `${day.toISOString().slice(0, 10)}T12:00:00`).getTime(),
  };
}

function lastNight(snapshot: Snapshot, claims: readonly ClaimStatus[], zone: string): string {
  if (claims.length > 0) return nightIn(zone, snapshot.now);
  for (const row of snapshot.rows('RUN', { newestFirst: true })) {
    const started = fieldTime(row, 'started');
    if (started !== undefined) return nightIn(zone, new Date(started));
  }
  return nightIn(zone, snapshot.now);
}

function endedPass(row: Rec): NightPass {
  const text = (name: string): string => fieldText(row, name);
  return {
    id: row.key,
    role: text('role'),
    project: text('project'),
    runner: text('runner'),
    model: text('model'),
    state: 'ended',
    started: text('started'),
    ended: text('ended'),
    heartbeat: '',
    outcome: text('outcome'),
    grade: text('grade'),
    tokensIn: fieldInt(row, 'tokens_in') ?? null,
    tokensOut: fieldInt(row, 'tokens_out') ?? null,
    cost: text('cost'),
  };
}

function runningPass(claim: ClaimStatus): NightPass {
  const { runId, role, project, unit, state, claimedAt, expiresAt } = claim;
  return {
    id: runId,
    role,
    project: unit ?? project,
    runner: '',
    model: '',
    state,
    started: claimedAt,
    ended: '',
    heartbeat: new Date(Date.parse(expiresAt) - LEASE_MS).toISOString(),
    outcome: '',
    grade: '',
    tokensIn: null,
    tokensOut: null,
    cost: '',
  };
}

/** A refused pass writes nothing in the workspace: it leaves an incident in the state directory. */
function refused(state: string): readonly NotBegun[] {
  return listIncidents(state).flatMap(({ kind, at: last, first = last, message, findings }) =>
    [...new Set([first, last])].map((time) => ({
      kind: 'refused',
      time,
      what: findings[0]?.file ?? kind,
      why: [message, ...findings.slice(0, 3).map((finding) => finding.message)].join('; '),
    })),
  );
}

function recorded(snapshot: Snapshot, span: TimeSpan): readonly NotBegun[] {
  const found: NotBegun[] = [];
  for (const row of rowsOfSpan(snapshot, 'AUDIT', span)) {
    const [type, result] = [fieldText(row, 'type'), fieldText(row, 'result')];
    const kind = type === 'incident' && result === 'over' ? 'over' : NOT_BEGUN.get(result);
    if (kind === undefined || (type !== 'missed' && type !== 'incident')) continue;
    const [time, what] = [fieldText(row, 'time'), fieldText(row, 'target')];
    found.push({ kind, time, what, why: fieldText(row, 'detail') });
  }
  return found;
}

function byTime<Name extends string>(name: Name) {
  return (a: Readonly<Record<Name, string>>, b: Readonly<Record<Name, string>>): number =>
    (instant(a[name]) ?? 0) - (instant(b[name]) ?? 0);
}
