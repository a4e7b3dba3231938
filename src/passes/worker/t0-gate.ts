/**
 * T0: recover, undo what a crashed pass left, verify integrity, wait for the breaker, take the
 * lock, issue the run id.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { stamp } from '../../kernel/clock.js';
import { EXIT } from '../../kernel/error.js';
import { breaker } from '../../governance/breaker.js';
import { verifyGate } from '../../integrity/gate.js';
import { recordIncident } from '../../workspace/incident.js';
import { nextId } from '../../workspace/ids.js';
import { acquireLease, consecutiveFailures, leaseStatus } from '../../workspace/lease.js';
import { withCommitMutex } from '../../workspace/mutex.js';
import { assertPassRoot, pinForPass } from '../../workspace/pinned-root.js';
import { recover } from '../../workspace/recover.js';
import { runBundle } from '../act.js';
import { storePass } from '../pass-file.js';
import { recordSettled } from '../settlement/record-settled.js';
import { type Crashed, settleCrashed } from '../settlement/settle-crashed.js';
import type { Halt, HostSession, Pass, PassData, PassEnvironment, PassRequest } from '../types.js';

/** A pass may hold the lock this long without a heartbeat. */
export const LEASE_MS = 20 * 60_000;

export type Entry = {
  readonly request: PassRequest;
  readonly driver: PassData['driver'];
  readonly session?: HostSession;
};

/**
 * The way into a pass. An integrity failure halts with exit 3 before anything in the workspace is
 * written: only an incident in the state directory.
 * Throws LOCKED (exit 4) while another pass runs.
 */
export async function enter(env: PassEnvironment, entry: Entry): Promise<Pass | Halt> {
  const { workspace } = env;
  const { root, state, clock } = workspace;
  env.say('T0   gate');
  assertPassRoot(state, root);
  recover(root, state);
  const held = leaseStatus(root, clock);
  const crashed = held.kind === 'held' ? undefined : await settleCrashed(env);
  const report = verifyGate(root, workspace.home);
  if (!report.ok) {
    for (const finding of report.findings)
      env.say(
        `     ${finding.file}${finding.line === undefined ? '' : `:${finding.line}`}  ${finding.message}`,
      );
    if (report.owned)
      recordIncident(state, {
        kind: 'gate',
        at: stamp(clock.now()),
        message: `the integrity gate refused a ${entry.request.role} pass`,
        findings: report.findings,
      });
    const first = report.findings[0];
    return {
      halt: true,
      outcome: `refused by the integrity gate: ${first === undefined ? 'unknown' : `${first.file}: ${first.message}`}`,
      exit: EXIT.gate,
      data: blank(entry),
    };
  }
  await waitForBreaker(env);
  return open(env, entry, { files: report.files, crashed });
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

function open(
  env: PassEnvironment,
  entry: Entry,
  found: { files: number; crashed: Crashed | undefined },
): Pass {
  const { workspace } = env;
  const { root, state, clock } = workspace;
  const runId = withCommitMutex(root, () => nextId(workspace.snapshot(), state, 'RUN'));
  const holder = `${entry.request.role}@${hostname()}`;
  const { fence, lease, failures } = acquireLease(root, state, {
    runId,
    holder,
    ttlMs: LEASE_MS,
    clock,
    detached: entry.driver === 'host',
  });
  const data: PassData = {
    ...blank(entry),
    runId,
    fence,
    failures,
    token: randomBytes(24).toString('base64url'),
    started: stamp(clock.now()),
  };
  const pass: Pass = { env, data };
  storePass(state, data, false);
  pinForPass(root, state, runId);
  const args = {
    run_id: runId,
    holder,
    fence,
    host: lease.host,
    pid: lease.pid,
    expires_at: lease.expiresAt.replace(/\.\d+Z$/, 'Z'),
  };
  runBundle(pass, {
    step: 'T0',
    name: 'session_open',
    args,
    target: runId,
    detail: `${entry.request.role}; ${found.files} protected files verified`,
  });
  if (found.crashed !== undefined)
    recordSettled(pass, {
      step: 'T0',
      settled: found.crashed,
      runId: found.crashed.data.runId,
      project: found.crashed.data.project,
    });
  return pass;
}

function blank(entry: Entry): PassData {
  return {
    request: entry.request,
    driver: entry.driver,
    runId: '',
    fence: 0,
    token: '',
    started: '',
    failures: 0,
    capability: 'project',
    ...(entry.session === undefined ? {} : { session: entry.session, endedBy: 'host' as const }),
    turnedAway: [],
    writes: [],
    authorisations: [],
    refused: [],
    outputs: [],
    undone: [],
    criteria: [],
    stop: [],
    notes: [],
  };
}
