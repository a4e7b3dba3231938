/**
 * The one way to write, for every caller: an edit on behalf of the owner or of a pass, judged on
 * the snapshot that the commit is computed from, or only proposed.
 */
import type { DoorName } from './door.js';
import { judge, recordRefusal } from './door.js';
import { scopedSnapshot } from '../governance/scoped-snapshot.js';
import type { Action, Authority } from '../governance/types.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import type { Edit, EditOptions, EditPlan } from '../tools/tool-context.js';
import { type Preview, previewChanges } from '../workspace/preview.js';
import { openSnapshot } from '../workspace/snapshot.js';
import type { Actor, AuditEntry, CommitResult, Snapshot, Workspace } from '../workspace/types.js';
import { authorityOf, type PassOnDuty } from './authority.js';
import { copyView } from './copy/copy-view.js';
import { writeToCopy } from './copy/write-to-copy.js';
import { actionsOf, judgeEdit } from './judge-edit.js';
import { readScope } from './read-scope.js';

/** In whose name. */
export type Acting = {
  readonly actor: Actor;
  /** Empty for the owner. */
  readonly runId: string;
  readonly authority: Authority;
  /** Under which a pass commits. */
  readonly fence?: number;
  readonly pass?: PassOnDuty;
  /** What the audit log says about whose word it was. */
  readonly authorisation: string;
};

export function actingAsPass(pass: PassOnDuty): Acting & { readonly pass: PassOnDuty } {
  return {
    actor: { kind: 'pass', name: pass.request.role },
    runId: pass.runId,
    authority: authorityOf(pass),
    fence: pass.fence,
    pass,
    authorisation: pass.runId,
  };
}

/** @param authorisation as `ownerAuthorisation` says it. */
export function actingAsOwner(
  name: string,
  authorisation = 'owner',
): Omit<Acting, 'pass' | 'fence'> {
  return {
    actor: { kind: 'owner', name },
    runId: '',
    authority: { kind: 'owner' },
    authorisation,
  };
}

/** `preview`: as the caller sees it. */
export type Proposal = {
  readonly edit: Edit;
  readonly preview: Preview;
  readonly row: AuditEntry;
};

/**
 * What an edit would do. Nothing is written, and no refusal is on record. @throws as `judgeEdit`
 */
export function proposeEdit(
  workspace: Workspace,
  acting: Acting,
  plan: EditPlan,
  options: EditOptions = {},
): Proposal {
  return judged(workspace, copyView(wholeSnapshot(workspace), acting.pass?.copy), {
    acting,
    plan,
    options,
  });
}

/**
 * @throws NocturneError `REFUSED` with every reason (of a pass on record; where only the scope
 * forbids it, the owner is asked), `BAD_VALUE` where the workspace would not be valid any
 * more, and what the plan and the commit throw.
 */
export function commitEdit(
  workspace: Workspace,
  acting: Acting,
  {
    plan,
    door,
    options = {},
  }: {
    readonly plan: EditPlan;
    readonly door: DoorName;
    readonly options?: EditOptions;
  },
): CommitResult {
  let target = '';
  const noting: EditPlan = (seen, whole) => {
    const edit = plan(seen, whole);
    target = edit.audit.target;
    return edit;
  };
  try {
    return workspace.commit(
      (whole) => {
        const copy = acting.pass?.copy;
        const proposal = judged(workspace, copyView(whole, copy), {
          acting,
          plan: noting,
          options,
        });
        const { row, nothing } = proposal;
        const edit = copy === undefined ? proposal.edit : writeToCopy(copy, proposal);
        return defined({
          actor: acting.actor,
          runId: acting.runId,
          reason: edit.reason,
          bundle: edit.bundle,
          changes: edit.changes,
          notices: edit.notices,
          audit: nothing ? [] : [row],
        });
      },
      defined({ fence: acting.fence }),
    );
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'REFUSED' && acting.pass !== undefined)
      throw refusedToPass(workspace, acting.pass, { error, target, plan, door });
    throw error;
  }
}

type Asked = {
  readonly acting: Acting;
  readonly plan: EditPlan;
  readonly options: EditOptions;
};

function judged(
  workspace: Workspace,
  whole: Snapshot,
  { acting, plan, options }: Asked,
): Proposal & { readonly nothing: boolean; readonly whole: Preview } {
  // What a pass does not see it does not change either, and is told so in the same words as of
  // what is not there.
  const seen = seenBy(whole, acting.pass);
  const edit = plan(seen, whole);
  const authority: Authority = options.entrusted === true ? { kind: 'owner' } : acting.authority;
  const { mayTouchProtected } = options;
  const judgeWith = (preview: Pick<Preview, 'files' | 'rows'>): void =>
    judgeEdit(whole, authority, { edit, preview, home: workspace.home, mayTouchProtected });
  let preview: Preview;
  try {
    preview = previewChanges(seen, edit);
  } catch (error) {
    // What no commit would do (a row of a log, rewritten) is refused for the guard's reasons first.
    if (error instanceof NocturneError && error.code === 'REFUSED')
      judgeWith({ files: [], rows: [] });
    throw error;
  }
  const real = seen === whole ? preview : previewChanges(whole, edit);
  judgeWith(real);
  if (edit.stale !== undefined) throw edit.stale;
  const nothing = real.files.length === 0 && real.rows.length === 0;
  return { edit, preview, whole: real, row: rowOf(acting, edit), nothing };
}

function seenBy(whole: Snapshot, pass: PassOnDuty | undefined): Snapshot {
  return pass === undefined ? whole : scopedSnapshot(whole, readScope(pass));
}

/** What a pass does stands under T4, what the owner does under no step. */
function rowOf(acting: Acting, { audit }: Edit): AuditEntry {
  return {
    step: acting.pass === undefined ? '' : 'T4',
    type: audit.type,
    target: audit.target,
    authorisation: acting.authorisation,
    result: 'ok',
    detail: audit.detail,
  };
}

/**
 * Records every refusal of a pass; if only the scope forbids the edit, the owner is asked about
 * exactly this edit.
 */
function refusedToPass(
  workspace: Workspace,
  pass: PassOnDuty,
  refused: {
    readonly error: NocturneError;
    readonly target: string;
    readonly plan: EditPlan;
    readonly door: DoorName;
  },
): NocturneError {
  const { error, target, plan, door } = refused;
  const askable =
    error.reasons.length > 0 && error.reasons.every((reason) => reason.code === 'out-of-scope');
  const snapshot = copyView(wholeSnapshot(workspace), pass.copy);
  const actions = askable ? actionsOn(snapshot, pass, plan) : [];
  const judgement =
    actions.length === 0 ? undefined : judge(workspace, pass, { door, actions, snapshot });
  if (judgement === undefined || judgement.verdict === 'allow') {
    recordRefusal(workspace, pass, { door, what: target, why: error.message });
    return error;
  }
  const { hint, place } = error;
  return new NocturneError('REFUSED', judgement.text, {
    ...place,
    hint,
    reasons: judgement.reasons,
  });
}

/** A bundle is not asked about: what it would write, its name and arguments say. */
function actionsOn(whole: Snapshot, pass: PassOnDuty, plan: EditPlan): readonly Action[] {
  const edit = plan(seenBy(whole, pass), whole);
  return edit.bundle === undefined ? actionsOf(edit, previewChanges(whole, edit)) : [];
}

/** Whatever the snapshots of this workspace show. */
function wholeSnapshot({ root, clock }: Workspace): Snapshot {
  return openSnapshot(root, { now: clock.now() });
}
