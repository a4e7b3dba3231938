/** Records a reconciliation: accepted changes, undone ones with reasons, a notice to the owner. */
import { ASKS_DECISION } from '../../project/question-state.js';
import { joinedByAnd } from '../../kernel/words.js';
import { showControl } from '../../kernel/show-control.js';
import { heldPath } from '../../governance/incoming-message-path.js';
import type { Unit } from '../../governance/unit.js';
import { defined } from '../../kernel/defined.js';
import { parentFolders } from '../../kernel/parent-folders.js';
import type { AuditEntry, Change, Snapshot } from '../../workspace/types.js';
import { bundlesAct, type Act, type Deed, deedOf, type PlainAct, stepRow } from '../act.js';
import { escalation } from '../escalation.js';
import type { Difference } from './differences.js';
import type { Unattributed } from './keep-earlier.js';
import { BROKE_RULE } from './examined.js';
import { NOT_UNDONE, type Reconciliation } from './reconcile.js';
import type { StepId, Undone } from '../types.js';

/** `runId`: the pass whose differences these are. `crashed`: the pass after it records them. */
export type ReconciledPass = {
  readonly step: StepId;
  readonly reconciliation: Reconciliation;
  readonly runId: string;
  readonly project: string | undefined;
  /** Of the project's work: its module decides what follows, and the project goes on. */
  readonly unit?: Unit | undefined;
  readonly crashed?: true;
  /**
   * Only where what was accepted is in a copy and the commit writes it: compares again.
   */
  readonly reconcileAgain?: ((now: Snapshot) => Reconciliation) | undefined;
};

export function recordReconciliation(pass: ReconciledPass): readonly Act[] {
  const { accepted, undone, conflicts, commits } = pass.reconciliation;
  const { reconcileAgain } = pass;
  const wrote = wroteAct(pass);
  if (reconcileAgain === undefined)
    return [
      ...(wrote.audit.length === 0 ? [] : [wrote]),
      ...(told(undone).length === 0 ? [] : [(view: Snapshot) => tellOwner(view, pass)]),
    ];
  return accepted.length + undone.length + conflicts.length === 0 && commits === undefined
    ? []
    : recordCopy(pass, reconcileAgain);
}

/** Who breaks a rule is graded for it, and the next pass tries again: the owner has no question. */
function told(undone: readonly Undone[]): readonly Undone[] {
  return undone.filter(({ code }) => code !== BROKE_RULE);
}

const NOTHING: Deed = { reason: 'nothing', changes: [], audit: [] };

/** The owner may save a file between the comparison and the commit: then it is compared again. */
function recordCopy(
  pass: ReconciledPass,
  reconcileAgain: (now: Snapshot) => Reconciliation,
): readonly Act[] {
  let latest = pass;
  const { commits } = pass.reconciliation;
  return [
    (view) => {
      const isOvertaken = pass.reconciliation.accepted.some(
        ({ path, before, after, placed, isElsewhere }) =>
          isElsewhere !== true &&
          view.hash(path) !== (placed === true ? after?.hash : before?.hash),
      );
      latest = isOvertaken
        ? { ...pass, reconciliation: { ...reconcileAgain(view), commits } }
        : pass;
      return deedOf(view, wroteAct(latest));
    },
    (view) =>
      latest.reconciliation.conflicts.length === 0 ? NOTHING : deedOf(view, aboutConflicts(latest)),
    (view) => (told(latest.reconciliation.undone).length === 0 ? NOTHING : tellOwner(view, latest)),
  ];
}

function wroteAct(pass: ReconciledPass): PlainAct {
  const { accepted, arrived, takenBack = [] } = pass.reconciliation;
  const changes = [
    ...takenBack.map(adopted),
    ...accepted
      .filter(({ isElsewhere }) => isElsewhere !== true)
      .map(pass.reconcileAgain === undefined ? adopted : broughtHome),
    ...arrived.flatMap(putAside),
  ];
  return { reason: 'agent wrote', bundles: [], changes, audit: rowsOf(pass) };
}

function adopted({ path, before }: Difference): Change {
  before?.store();
  return { kind: 'adopt', path, before };
}

function broughtHome(difference: Difference): Change {
  const { path, after, mode, placed } = difference;
  if (placed === true) return adopted(difference);
  return after === undefined
    ? { kind: 'delete', path }
    : { kind: 'write', path, content: after.bytes(), ...defined({ mode }) };
}

/** The project goes on: nothing was done that was not allowed. */
function aboutConflicts({ step, reconciliation, runId, project }: ReconciledPass): Act {
  const { conflicts } = reconciliation;
  const names = conflicts.map(({ path }) => showControl(path)).join(', ');
  const who = project === undefined ? runId : `${project} (${runId})`;
  const question = `You changed ${names} while ${who} worked on a copy of it. Your version stays. Answer yes when you have seen it; to use the version of the pass instead, find it with \`nocturne kept list\` first.`;
  const body = conflicts.map((change) => lineOf(change, runId)).join('\n');
  return bundlesAct(step, [
    {
      name: 'incident_surface',
      args: { priority: 'high', project: project ?? null, question, body },
      target: project ?? '',
      detail: `${conflicts.length} ${conflicts.length === 1 ? 'file' : 'files'} changed by the owner and the pass`,
    },
  ]);
}

function rowsOf({
  step,
  reconciliation,
  runId,
  project,
  crashed,
}: ReconciledPass): readonly AuditEntry[] {
  const { accepted, undone, arrived, conflicts, unattributed, commits } = reconciliation;
  return [
    ...commitsRow(step, { project, commits }),
    ...accepted.map((difference) =>
      stepRow(step, {
        type: difference.after === undefined ? 'delete' : 'write',
        target: difference.path,
        detail: crashed === true ? runId : '',
      }),
    ),
    ...undone.map((change) =>
      stepRow(step, {
        type: 'undo',
        target: change.path,
        result: change.code === NOT_UNDONE ? 'failed' : 'restored',
        detail: change.code,
      }),
    ),
    ...conflicts.map(({ path, why }) =>
      stepRow(step, { type: 'conflict', target: path, result: 'kept', detail: why }),
    ),
    ...stayedRows(step, runId, unattributed),
    ...arrived.map((difference) =>
      stepRow(step, {
        type: 'inbound',
        target: heldPath(difference.path),
        result: 'held',
        detail: 'it appeared while an agent was working',
      }),
    ),
  ];
}

const EARLIER: Readonly<Record<Unattributed['earlier'], string>> = {
  none: '',
  kept: '; its earlier version is kept',
  lost: '; its earlier version could not be kept',
};

/** More files have one row for each folder. */
const MOST_ROWS = 100;

function stayedRows(
  step: StepId,
  runId: string,
  unattributed: readonly Unattributed[],
): readonly AuditEntry[] {
  const row = (target: string, what: string, earlier: string): AuditEntry =>
    stepRow(step, {
      type: 'unattributed',
      target,
      result: 'stays',
      detail: `${what} while ${runId} worked${earlier}`,
    });
  if (unattributed.length <= MOST_ROWS)
    return unattributed.map(({ path, what, earlier }) => row(path, what, EARLIER[earlier]));
  const folders = new Map<string, number>();
  for (const { path } of unattributed) {
    const folder = parentFolders(path).at(-1) ?? '.';
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  return [...folders].map(([folder, count]) =>
    row(
      `${folder}/`,
      `${count} ${count === 1 ? 'file' : 'files'} changed`,
      '; earlier versions are kept',
    ),
  );
}

function commitsRow(
  step: StepId,
  { project = '', commits }: Pick<ReconciledPass, 'project'> & Pick<Reconciliation, 'commits'>,
): readonly AuditEntry[] {
  if (commits === undefined) return [];
  const { ok, detail } = commits;
  return [
    stepRow(step, { type: 'commits', target: project, result: ok ? 'ok' : 'failed', detail }),
  ];
}

/** A dispatched project waits for the answer; anything else is an incident. */
function tellOwner(view: Snapshot, pass: ReconciledPass): Deed {
  const { step, reconciliation, runId, project, unit } = pass;
  const undone = told(reconciliation.undone);
  const names = joinedByAnd(undone.map((change) => showControl(change.path)));
  const body = undone.map((change) => lineOf(change, runId)).join('\n');
  const who = project === undefined ? runId : `${unit?.id ?? project} (${runId})`;
  const answer =
    unit === undefined
      ? 'Answer yes to let the project continue, or no to pause it.'
      : 'Answer yes when you have seen it.';
  const question = `${who} changed ${names}, which it may not write. ${outcomeOf(undone)} ${answer} If the change was yours, find it with \`nocturne kept list\`.`;
  const detail = `${undone.length} ${undone.length === 1 ? 'change' : 'changes'} undone`;
  const priority = 'critical';
  const bundle =
    unit === undefined && project !== undefined && view.record('DISPATCH', project) !== undefined
      ? escalation(view, { slug: project, reason: body, priority, question, topic: ASKS_DECISION })
      : {
          name: 'incident_surface',
          args: { priority, project: project ?? null, question, body },
          target: project ?? '',
        };
  return deedOf(view, bundlesAct(step, [{ ...bundle, detail }]));
}

/** What happened to the changes, in one sentence or two. */
function outcomeOf(undone: readonly Undone[]): string {
  const failed = undone.filter(({ code }) => code === NOT_UNDONE);
  if (failed.length === 0) return 'Nocturne undid this.';
  const names = failed.map(({ path }) => showControl(path)).join(', ');
  return `Nocturne could not undo the change of ${names} at once; it tries again before each pass.`;
}

function lineOf({ path, code, why, kept }: Undone, runId: string): string {
  const name = showControl(path);
  const how =
    kept === undefined ? '' : `. To restore this version: \`nocturne kept apply ${runId} ${name}\``;
  return `- \`${name}\` (${code}): ${showControl(why)}${how}`;
}

function putAside({ path, after }: Difference): readonly Change[] {
  return after === undefined
    ? []
    : [
        { kind: 'delete', path },
        { kind: 'write', path: heldPath(path), content: after.bytes() },
      ];
}
