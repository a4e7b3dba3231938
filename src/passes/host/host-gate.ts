/**
 * What the gate said when a host's session began, kept in the state directory: while it refuses,
 * nothing is written in that session.
 */
import { rmSync } from '../../kernel/files.js';
import { join } from 'node:path';
import { closeIncidents } from '../../integrity/close-incidents.js';
import { verifyGate } from '../../integrity/gate.js';
import type { GateReport } from '../../integrity/gate-report.js';
import { recordIncident } from '../../workspace/incident.js';
import { stamp } from '../../kernel/clock.js';
import { sha256 } from '../../kernel/hash.js';
import { makeDirectory, removeIfThere } from '../../workspace/durable.js';
import { isJournalEmpty } from '../../workspace/journal-files.js';
import { recover } from '../../workspace/recover.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import type { Workspace } from '../../workspace/types.js';
import type { Judgement } from '../door.js';
import type { HostSession } from '../types.js';

const FOLDER = 'host-sessions';

/**
 * Verifies as T0 does, and remembers a refusal for this session. @returns the findings in one line
 * each; none when the gate is open.
 */
export function openSession(workspace: Workspace, session: HostSession): readonly string[] {
  const report = verify(workspace);
  const file = fileOf(workspace, session);
  if (report.ok) {
    // Each refused session would find the gate open now, and many never come back.
    rmSync(join(workspace.state, FOLDER), { recursive: true, force: true });
    closeIncidents(workspace, { by: `a session of ${session.host}` });
  } else {
    makeDirectory(join(workspace.state, FOLDER), 0o700);
    writeJsonDurably(file, { version: 1, session, findings: linesOf(report) });
    if (report.owned)
      recordIncident(workspace.state, {
        kind: 'gate',
        at: stamp(workspace.clock.now()),
        message: `the integrity gate refused a session of ${session.host}`,
        findings: report.findings,
      });
  }
  return linesOf(report);
}

/**
 * What the gate still has against this session. The gate runs again only if it had refused,
 * so that an owner who signs need not start again.
 */
export function gateRefusal(workspace: Workspace, session: HostSession): readonly string[] {
  const file = fileOf(workspace, session);
  if (readJson(file) === undefined) return [];
  const report = verify(workspace);
  if (report.ok) removeIfThere(file);
  return linesOf(report);
}

/**
 * Nothing is written while the gate refuses. What only looks goes on, so that somebody can find out
 * why.
 */
export function behindGate(judgement: Judgement, findings: readonly string[]): Judgement {
  const looks =
    judgement.verdict === 'allow' &&
    judgement.decisions.every((decision) => decision.tier === undefined);
  if (findings.length === 0 || looks) return judgement;
  const text = `the integrity gate refuses this workspace, so nothing is written in this session: ${findings.slice(0, 3).join('; ')}${findings.length > 3 ? `; and ${findings.length - 3} more` : ''}. The owner looks at nocturne gate and puts it right`;
  return {
    ...judgement,
    verdict: 'deny',
    reasons: [{ code: 'tier-manifest', message: text }],
    text,
  };
}

function verify(workspace: Workspace): GateReport {
  if (!isJournalEmpty(workspace.root)) recover(workspace.root, workspace.state);
  return verifyGate(workspace.root, workspace.home);
}

function linesOf(report: GateReport): readonly string[] {
  return report.findings.map(
    (finding) =>
      `${finding.file}${finding.line === undefined ? '' : `:${finding.line}`}: ${finding.message}`,
  );
}

function fileOf(workspace: Workspace, session: HostSession): string {
  return join(workspace.state, FOLDER, `${session.host}-${sha256(session.id).slice(0, 16)}.json`);
}
