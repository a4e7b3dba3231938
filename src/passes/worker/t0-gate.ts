/**
 * T0: finish interrupted commits, undo what crashed passes left, verify integrity, wait for the
 * restart breaker, claim the pass, issue the run id.
 */
import { randomBytes } from 'node:crypto';
import { stamp } from '../../kernel/clock.js';
import { defined } from '../../kernel/defined.js';
import { EXIT, NocturneError } from '../../kernel/error.js';
import { breaker } from '../../governance/breaker.js';
import { closeIncidents } from '../../integrity/close-incidents.js';
import { explainAlarms } from '../../integrity/explain-alarms.js';
import { verifyGate } from '../../integrity/gate.js';
import { keepVerifiedLogs } from '../../integrity/verified-logs.js';
import type { GateFinding, GateReport } from '../../integrity/gate-report.js';
import { REGISTRY_FILE } from '../../registry/load-schema.js';
import { registryError } from '../../registry/registry-error.js';
import { stoppingPages } from '../../integrity/pages-of-passes.js';
import { recordIncident } from '../../workspace/incident.js';
import { nextId } from '../../workspace/ids.js';
import { consecutiveFailures, failedInRow } from '../../workspace/fence-counter.js';
import { type Claim, claimPass, livePasses } from '../../workspace/pass-lock.js';
import { assertPassRoot, pinForPass } from '../../workspace/pinned-root.js';
import type { CommitPart, Snapshot, Workspace } from '../../workspace/types.js';
import { type Act, bundleAct, type Deed, deedOf, noteAct } from '../act.js';
import { LEASE_MS } from '../lease.js';
import { removeClaimRows } from '../lock-page.js';
import { noFacts } from '../pass-facts.js';
import { storePass } from '../pass-file.js';
import { recoverWorkspace } from '../recover-workspace.js';
import { type RetriedUndo, retryUndo } from '../reconcile/pending-undo.js';
import { recordReconciliation } from '../reconcile/record-reconciliation.js';
import {
  type Crashed,
  forgetCrashed,
  recoverCrashedPasses,
} from '../reconcile/recover-crashed-passes.js';
import type { PassReport } from '../pass-facts.js';
import type { Entered, HostSession, PassEnvironment, PassRequest } from '../types.js';

export type Entry = {
  readonly request: PassRequest;
  readonly driver: Entered['driver'];
  readonly session?: HostSession;
};

/** The gate refused the pass: it has written nothing to the workspace. */
export type TurnedAway = { readonly kind: 'over'; readonly report: PassReport };
export type LetIn = { readonly kind: 'entered'; readonly stage: Entered };

/**
 * Begins a pass. An integrity failure ends it with exit 3 and writes nothing to the workspace, only
 * an incident to the state directory.
 * @throws NocturneError `LOCKED` (exit 4) while another pass is the writer.
 */
export async function enter(env: PassEnvironment, entry: Entry): Promise<LetIn | TurnedAway> {
  const { workspace } = env;
  const { root, state } = workspace;
  env.say('T0   gate');
  assertPassRoot(state, root);
  recoverWorkspace(workspace);
  const crashed = await recoverCrashedPasses(env);
  const retried = livePasses(root, workspace.clock).some(({ isWriter }) => isWriter)
    ? []
    : retryUndo(workspace);
  const gate = verifyGate(root, workspace.home);
  if (!gate.ok) return { kind: 'over', report: refusal(env, entry, gate) };
  keepVerifiedLogs(state, gate.chains);
  await waitForBreaker(env);
  const stage = open(env, entry, { files: gate.files, crashed, retried });
  env.entered?.();
  return { kind: 'entered', stage };
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
  const [alarm] = explainAlarms(workspace, gate);
  const remedy = alarm?.command === undefined ? '' : ` Run: ${alarm.command}`;
  if (alarm !== undefined) say(`     ${alarm.message}${remedy}`);
  if (gate.owned)
    recordIncident(workspace.state, {
      kind: 'gate',
      at: stamp(workspace.clock.now()),
      message: `the integrity gate refused a ${request.role} pass`,
      findings: gate.findings,
    });
  const [first] = gate.findings;
  const why = first === undefined ? 'unknown' : withFile(first);
  return {
    exit: EXIT.gate,
    outcome: `refused by the integrity gate: ${why}${alarm === undefined ? '' : `. ${alarm.message}${remedy}`}`,
    data: noFacts(request),
  };
}

/** Most messages begin with the file that they are about. */
function withFile({ file, message }: GateFinding): string {
  return message.startsWith(file) ? message : `${file}: ${message}`;
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
  env.say(`     ${failedInRow(failures)}: waiting ${Math.ceil(state.waitMs / 1000)} s`);
  await env.wait(state.waitMs, env.signal);
}

/** The run id, the claim, and one commit: the session is open, and crashes are on record. */
function open(
  env: PassEnvironment,
  entry: Entry,
  found: {
    readonly files: number;
    readonly crashed: readonly Crashed[];
    readonly retried: readonly RetriedUndo[];
  },
): Entered {
  const { workspace } = env;
  // A commit that meets an edit of the owner's begins again; the pass is claimed once.
  let taken: Taken | undefined;
  const part =
    (actOf: (taken: Taken) => Act): CommitPart =>
    (view) => {
      taken ??= claimRun(env, entry, view);
      const { runId, request } = taken.stage;
      const actor = { kind: 'pass', name: request.role } as const;
      return { actor, runId, ...deedOf(view, actOf(taken)) };
    };
  workspace.commit([
    part((claimed) => (view) => sessionOpen(env, claimed, { view, files: found.files })),
    ...found.retried.map((retried) => part(() => retriedAct(retried))),
    ...found.crashed.flatMap(crashActs).map((act) => part(() => act)),
  ]);
  if (taken === undefined) throw new NocturneError('INTERNAL', 'the pass made no claim');
  for (const { runId } of found.crashed) forgetCrashed(workspace, runId);
  const { runId, fence } = taken.stage;
  closeIncidents(workspace, { by: `T0 of ${runId}`, step: 'T0', runId, fence });
  return taken.stage;
}

type Taken = { readonly stage: Entered; readonly claim: Claim };

/** With a wrong registry, or one of an older version, the pass could begin, but not end. */
function requireSoundRegistry({ state, clock }: Workspace, view: Snapshot): void {
  const error = registryError(view);
  if (error !== undefined) {
    const { message, place } = error;
    recordIncident(state, {
      kind: 'registry',
      at: stamp(clock.now()),
      message: 'no pass runs while REGISTRY.md has errors',
      findings: [
        { file: REGISTRY_FILE, problem: 'registry', message, ...defined({ line: place.line }) },
      ],
    });
    throw error;
  }
  const { schema } = view;
  if (schema.objects.has('CLAIM')) return;
  throw new NocturneError(
    'CONFIG',
    'REGISTRY.md is from an older version: it has no object CLAIM',
    {
      file: schema.file,
      hint: 'run nocturne upgrade, then nocturne sign --all',
    },
  );
}

function requirePages(view: Snapshot): void {
  const [page] = stoppingPages(view);
  if (page === undefined) return;
  const { file, message, hint } = page;
  throw new NocturneError('CONFIG', message, { file, ...defined({ hint }) });
}

/** Under the commit mutex: no other pass gets the run id, and if this one crashes, it is found. */
function claimRun({ workspace }: PassEnvironment, entry: Entry, view: Snapshot): Taken {
  requireSoundRegistry(workspace, view);
  requirePages(view);
  const { root, state, clock } = workspace;
  const runId = nextId(view, state, 'RUN');
  const { claim, failures } = claimPass(root, state, {
    runId,
    role: entry.request.role,
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
    fence: claim.fence,
    failures,
    token: randomBytes(24).toString('base64url'),
    started: stamp(clock.now()),
    notes: [],
  };
  storePass(state, stage);
  pinForPass(root, state, runId);
  return { stage, claim };
}

function sessionOpen(
  { workspace }: PassEnvironment,
  { claim }: Taken,
  { view, files }: { readonly view: Snapshot; readonly files: number },
): Deed {
  const { runId, role, fence, host, pid, expiresAt } = claim;
  const act = bundleAct('T0', {
    name: 'session_open',
    args: { run_id: runId, role, fence, host, pid, expires_at: stamp(new Date(expiresAt)) },
    target: runId,
    detail: `${role}; ${files} protected files verified`,
  });
  const { root, clock } = workspace;
  const live = new Set(livePasses(root, clock).map((pass) => pass.runId));
  return deedOf(view, { ...act, bundles: [...removeClaimRows(view, live), ...act.bundles] });
}

function retriedAct({ runId, path, problem }: RetriedUndo): Act {
  const row = { type: 'undo', target: path };
  return problem === undefined
    ? noteAct('T0', { ...row, result: 'restored', detail: `left by ${runId}` })
    : noteAct('T0', { ...row, result: 'failed', detail: problem });
}

function crashActs(crashed: Crashed): readonly Act[] {
  const { runId, project, reconcileAgain } = crashed;
  return recordReconciliation({
    reconcileAgain,
    step: 'T0',
    reconciliation: crashed,
    runId,
    project,
    crashed: true,
  });
}
