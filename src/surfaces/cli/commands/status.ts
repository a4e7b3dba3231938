/** `status`: how things stand, the most pressing first. */
import { pendingAnswers } from '../../../governance/answers.js';
import { dispatch } from '../../../governance/dispatch.js';
import { projectState } from '../../../governance/project-state.js';
import { listIncidents } from '../../../workspace/incident.js';
import { readTrust } from '../../../integrity/trust.js';
import { EXIT } from '../../../kernel/error.js';
import { localTime } from '../../../passes/local-time.js';
import { passAtWork } from '../../../passes/pass-file.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import { consecutiveFailures, leaseStatus, type LeaseStatus } from '../../../workspace/lease.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { openQuestions } from '../find-question.js';
import { type Paint, paint } from '../paint.js';
import { textTable } from '../table.js';
import type { Command } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';

const LAST_RUNS = 5;

export const command: Command = {
  examples: ['nocturne status', 'nocturne status --json'],
  run(context) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const zone = ownerZone(snapshot);
    const facts = factsOf(workspace, snapshot);
    const { incidents, projects, questions, answered, runs, next } = facts;
    const colour = paint(context);
    const text = [
      ...incidents.map((one) =>
        colour.wrong(
          `Incident, ${localTime(one.at, zone)}: ${one.message}. No pass runs until nocturne gate is content.`,
        ),
      ),
      ...(facts.owned
        ? []
        : [colour.attention('Nobody owns this workspace on this machine: run nocturne init .')]),
      lockLine(facts.lock, {
        zone,
        colour,
        failures: facts.failures,
        project: facts.running?.project ?? undefined,
      }),
      '',
      ...(projects.length === 0
        ? ['No project yet: nocturne project new SLUG makes one.']
        : [
            textTable({
              head: ['', 'project', 'status', 'phase', 'last pass', 'next'],
              width: context.width,
              rows: projects.map((one) => [
                String(one.priority ?? ''),
                one.slug,
                one.status === 'blocked' || one.status === 'transition-hold'
                  ? colour.attention(one.status)
                  : one.status,
                one.phase,
                localTime(one.lastPass, zone),
                one.next,
              ]),
            }),
          ]),
      '',
      ...(questions.length === 0
        ? ['Nothing waits for you.']
        : [
            `Wanted from you (${questions.length}): nocturne approve ID, decline ID, or answer ID TEXT`,
            textTable({
              head: ['id', 'project', 'question'],
              width: context.width,
              rows: questions.map((one) => [one.id, one.project, one.question]),
            }),
          ]),
      ...(answered.length === 0
        ? []
        : [
            '',
            'Answered, for the next pass:',
            ...answered.map((one) => `  ${one.id} ${one.then}`),
          ]),
      '',
      ...(runs.length === 0
        ? ['No pass has run yet.']
        : [
            textTable({
              head: ['ended', 'run', 'on', 'outcome'],
              width: context.width,
              rows: runs.map((run) => [
                localTime(run.ended, zone),
                run.id,
                run.project || run.role,
                run.outcome,
              ]),
            }),
          ]),
      '',
      next === null
        ? 'Next: no project can go on without you.'
        : `Next: ${next.slug} (${next.why}).`,
    ];
    return { exit: EXIT.ok, text: text.join('\n'), json: facts };
  },
};

function factsOf(workspace: Workspace, snapshot: Snapshot) {
  const rows = snapshot.records('DISPATCH');
  const lock = leaseStatus(workspace.root, workspace.clock);
  const atWork = passAtWork(workspace.state);
  const { chosen } = dispatch(snapshot);
  const answers = pendingAnswers(snapshot);
  return {
    incidents: listIncidents(workspace.state).map(({ id, kind, at, message, findings }) => ({
      id,
      kind,
      at,
      message,
      findings,
    })),
    owned: readTrust(workspace.state) !== undefined,
    lock,
    failures: consecutiveFailures(workspace.state).failures,
    running:
      lock.kind === 'held'
        ? {
            id: lock.lease.runId,
            holder: lock.lease.holder,
            project: atWork?.project ?? null,
            since: lock.lease.lockedAt,
          }
        : null,
    projects: [...rows]
      .sort((a, b) => (fieldInt(a, 'priority') ?? 0) - (fieldInt(b, 'priority') ?? 0))
      .map((row) =>
        projectFacts(
          snapshot,
          {
            slug: fieldText(row, 'slug'),
            priority: fieldInt(row, 'priority') ?? null,
            status: fieldText(row, 'status'),
            phase: fieldText(row, 'phase'),
            lastPass: fieldText(row, 'last_worker_pass'),
            escalation: fieldText(row, 'escalation'),
          },
          answers.some((one) => one.project === fieldText(row, 'slug')),
        ),
      ),
    questions: openQuestions(snapshot)
      .filter((one) => fieldText(one, 'answer') === '')
      .map((one) => ({
        id: one.key,
        project: fieldText(one, 'project'),
        kind: fieldText(one, 'kind'),
        priority: fieldText(one, 'priority'),
        since: fieldText(one, 'time'),
        question: fieldText(one, 'action_needed'),
      })),
    answered: answers.map((one) => ({
      id: one.id,
      project: one.project,
      answer: one.answer,
      then: one.what,
    })),
    runs: snapshot
      .records('RUN')
      .slice(-LAST_RUNS)
      .map((run) => ({
        id: run.key,
        role: fieldText(run, 'role'),
        project: fieldText(run, 'project'),
        ended: fieldText(run, 'ended'),
        outcome: fieldText(run, 'outcome'),
      })),
    next: chosen ?? null,
  };
}

type Row = {
  readonly slug: string;
  readonly priority: number | null;
  readonly status: string;
  readonly phase: string;
  readonly lastPass: string;
  readonly escalation: string;
};

function projectFacts(
  snapshot: Snapshot,
  row: Row,
  answered: boolean,
): Row & { readonly state: string; readonly next: string } {
  const { state, why } = projectState(snapshot, row.slug);
  if (row.escalation !== '')
    return { ...row, state, next: answered ? 'goes on with the next pass' : 'waits for an answer' };
  return { ...row, state, next: row.status === 'active' ? why : '' };
}

function lockLine(
  status: LeaseStatus,
  at: {
    readonly zone: string;
    readonly colour: Paint;
    readonly failures: number;
    readonly project: string | undefined;
  },
): string {
  const failed =
    at.failures === 0 ? '' : ` ${at.colour.attention(`${at.failures} passes failed in a row.`)}`;
  switch (status.kind) {
    case 'free':
      return `No pass is running.${failed}`;
    case 'held':
      return `${status.lease.holder} is at work${at.project === undefined ? '' : ` on ${at.project}`} (${status.lease.runId}) since ${localTime(status.lease.lockedAt, at.zone)}.${failed}`;
    case 'stale':
      return (
        at.colour.attention(
          `The lock is stale (${status.why}); the next pass breaks it, or nocturne lock break does.`,
        ) + failed
      );
  }
}
