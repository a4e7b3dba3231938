/**
 * T0: recover, undo what a crashed pass left, verify integrity, wait for the breaker, take the
 * lock, issue the run id.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { stamp } from '../../kernel/clock.js';
import { EXIT, NocturneError } from '../../kernel/error.js';
import { breaker } from '../../governance/breaker.js';
import { closeIncidents } from '../../integrity/close-incidents.js';
import { verifyGate } from '../../integrity/gate.js';
import type { GateReport } from '../../integrity/gate-report.js';
import { recordIncident } from '../../workspace/incident.js';
import { nextId } from '../../workspace/ids.js';
import {
  acquireLease,
  consecutiveFailures,
  type Lease,
  leaseStatus,
} from '../../workspace/lease.js';
import { assertPassRoot, pinForPass } from '../../workspace/pinned-root.js';
import { recover } from '../../workspace/recover.js';
import type { CommitPart, Snapshot } from '../../workspace/types.js';
import { type Act, bundleAct, deedOf } from '../act.js';
import { noFacts } from '../pass-facts.js';
import { storePass } from '../pass-file.js';
import { recordReconciliation } from '../reconcile/record-reconciliation.js';
import { type Crashed, recoverCrashedPass } from '../reconcile/recover-crashed-pass.js';
import type { Entered, HostSession, PassEnvironment, PassReport, PassRequest } from '../types.js';

/** A pass may hold the lock this long without a heartbeat. */
export const LEASE_MS = 20 * 60_000;

export type Entry = {
  readonly request: PassRequest;
  readonly driver: Entered['driver'];
  readonly session?: HostSession;
};

/** The gate did not let the pass in: nothing of it is in the workspace. */
export type TurnedAway = { readonly kind: 'over'; readonly report: PassReport };
export type LetIn = { readonly kind: 'entered'; readonly stage: Entered };

/**
 * The way into a pass. An integrity failure ends with exit 3 before anything in the workspace is
 * written: only an incident in the state directory.
 * Throws LOCKED (exit 4) while another pass runs.
 */
export async function enter(env: PassEnvironment, entry: Entry): Promise<LetIn | TurnedAway> {
  const { workspace } = env;
  const { root, state, clock } = workspace;
  env.say('T0   gate');
  assertPassRoot(state, root);
  recover(root, state);
  const held = leaseStatus(root, clock);
  const crashed = held.kind === 'held' ? undefined : await recoverCrashedPass(env);
  const gate = verifyGate(root, workspace.home);
  if (!gate.ok) return { kind: 'over', report: refusal(env, entry, gate) };
  await waitForBreaker(env);
  return { kind: 'entered', stage: open(env, entry, { files: gate.files, crashed }) };
}

function refusal(
  { workspace, say }: PassEnvironment,
  { request }: Entry,
  gate: GateReport,
): PassReport {
  for (const finding of gate.findings)
    say(
      `     ${finding.file}${finding.line === undefined ? '' : `:${finding.line}`}  ${finding.message}`,
    );
  if (gate.owned)
    recordIncident(workspace.state, {
      kind: 'gate',
      at: stamp(workspace.clock.now()),
      message: `the integrity gate refused a ${request.role} pass`,
      findings: gate.findings,
    });
  const [first] = gate.findings;
  const why = first === undefined ? 'unknown' : `${first.file}: ${first.message}`;
  return {
    exit: EXIT.gate,
    outcome: `refused by the integrity gate: ${why}`,
    data: noFacts(request),
  };
}

async function waitForBreaker(env: PassEnvironment): Promise<void> {
  const { workspace } = env;
  const { failures, failedAt } = consecutiveFailures(workspace.state);
  const state = breaker(
    failures,
    failedAt === undefined ? undefined : new Date(failedAt),
    workspace.clock.now(),
  );
  if (!state.open) return;
  env.say(`     ${failures} passes failed in a row: waiting ${Math.ceil(state.waitMs / 1000)} s`);
  await env.wait(state.waitMs, env.signal);
}

/**
 * The run id, the lock, and one commit: the session is open, and what a crash left is on record.
 */
function open(
  env: PassEnvironment,
  entry: Entry,
  found: { readonly files: number; readonly crashed: Crashed | undefined },
): Entered {
  const { workspace } = env;
  // A commit that meets an edit of the owner's begins again; the lock is taken once.
  let taken: Taken | undefined;
  const part =
    (actOf: (lock: Taken) => Act): CommitPart =>
    (view) => {
      taken ??= takeLock(env, entry, view);
      const { runId, request } = taken.stage;
      const actor = { kind: 'pass', name: request.role } as const;
      return { actor, runId, ...deedOf(view, actOf(taken)) };
    };
  workspace.commit([
    part((lock) => sessionOpen(lock, found.files)),
    ...crashActs(found.crashed).map((act) => part(() => act)),
  ]);
  if (taken === undefined) throw new NocturneError('INTERNAL', 'the pass took no lock');
  const { runId, fence } = taken.stage;
  closeIncidents(workspace, { by: `T0 of ${runId}`, step: 'T0', runId, fence });
  return taken.stage;
}

type Taken = { readonly stage: Entered; readonly lease: Lease };

/** Under the commit mutex: the run id is in nobody else's hands, and a crash finds the pass. */
function takeLock({ workspace }: PassEnvironment, entry: Entry, view: Snapshot): Taken {
  const { root, state, clock } = workspace;
  const runId = nextId(view, state, 'RUN');
  const { fence, lease, failures } = acquireLease(root, state, {
    runId,
    holder: `${entry.request.role}@${hostname()}`,
    ttlMs: LEASE_MS,
    clock,
    detached: entry.driver === 'host',
  });
  const stage: Entered = {
    request: entry.request,
    driver: entry.driver,
    session: entry.session,
    endedBy: entry.session === undefined ? undefined : 'host',
    runId,
    fence,
    failures,
    token: randomBytes(24).toString('base64url'),
    started: stamp(clock.now()),
    notes: [],
  };
  storePass(state, stage);
  pinForPass(root, state, runId);
  return { stage, lease };
}

function sessionOpen({ stage, lease }: Taken, files: number): Act {
  const { runId, fence, request } = stage;
  const args = {
    run_id: runId,
    holder: lease.holder,
    fence,
    host: lease.host,
    pid: lease.pid,
    expires_at: lease.expiresAt.replace(/\.\d+Z$/, 'Z'),
  };
  const detail = `${request.role}; ${files} protected files verified`;
  return bundleAct('T0', { name: 'session_open', args, target: runId, detail });
}

function crashActs(crashed: Crashed | undefined): readonly Act[] {
  if (crashed === undefined) return [];
  const { runId, project } = crashed;
  return recordReconciliation({
    step: 'T0',
    reconciliation: crashed,
    runId,
    project,
    crashed: true,
  });
}
