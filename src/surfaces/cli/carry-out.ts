/** An edit that a command asks for: judged on a fresh snapshot and committed, or only shown. */
import { defined } from '../../kernel/defined.js';
import { EXIT, NocturneError } from '../../kernel/error.js';
import { scopedSnapshot } from '../../governance/scoped-snapshot.js';
import { previewChanges, type Preview } from '../../workspace/preview.js';
import type { AuditEntry, Change, CommitResult, Notice, Snapshot } from '../../workspace/types.js';
import { judge, recordRefusal } from '../../passes/door.js';
import type { Briefed } from '../../passes/types.js';
import type { Action } from '../../governance/types.js';
import { openSnapshot } from '../../workspace/snapshot.js';
import { type Acting, actingAs } from './actor.js';
import { judgeEdit } from './judge-edit.js';
import { paintedDiff, unifiedDiff } from './show-diff.js';
import type { CommandResult, Context } from './types.js';

export type Edit = {
  readonly changes: readonly Change[];
  readonly notices?: readonly Notice[];
  readonly bundle?: string;
  /** Why, for the change log. */
  readonly reason: string;
  /** The audit row's type, target and detail. */
  readonly audit: { readonly type: string; readonly target: string; readonly detail: string };
};

export type EditOptions = {
  readonly dryRun?: boolean;
  /** Said when it is done; default: the fields that changed. */
  readonly done?: (result: CommitResult) => string;
  /** The owner may change protected files this way, and signs afterwards. */
  readonly mayTouchProtected?: boolean;
};

/** @param plan called on the snapshot that the commit is computed from, under its mutex. */
export function carryOut(
  context: Context,
  plan: (snapshot: Snapshot) => Edit,
  options: EditOptions = {},
): CommandResult {
  const acting = actingAs(context);
  let target = '';
  const judged = (
    whole: Snapshot,
  ): { readonly edit: Edit; readonly preview: Preview; readonly row: AuditEntry } => {
    // What a pass does not see it does not change either, and is told so in the same words as of
    // what is not there.
    const snapshot = context.scope === undefined ? whole : scopedSnapshot(whole, context.scope);
    const edit = plan(snapshot);
    target = edit.audit.target;
    const preview = previewChanges(snapshot, edit);
    judgeEdit(snapshot, acting, {
      preview,
      bundle: edit.bundle,
      home: context.home,
      ...defined({ mayTouchProtected: options.mayTouchProtected }),
    });
    return { edit, preview, row: rowOf(acting, edit) };
  };
  const workspace = context.workspace();
  if (options.dryRun === true) return shown(context, judged(workspace.snapshot()));
  try {
    const result = workspace.commit(
      (snapshot) => {
        const decided = judged(snapshot);
        const nothing = decided.preview.files.length === 0 && decided.preview.rows.length === 0;
        return {
          ...common(acting, decided.edit),
          changes: decided.edit.changes,
          ...defined({ notices: decided.edit.notices }),
          audit: nothing ? [] : [decided.row],
        };
      },
      defined({ fence: acting.fence }),
    );
    return done(result, options);
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'REFUSED' && acting.pass !== undefined)
      throw refusedToPass(context, acting.pass, { error, target, plan });
    throw error;
  }
}

function common(
  acting: Acting,
  edit: Pick<Edit, 'reason' | 'bundle'>,
): { actor: Acting['actor']; runId: string; reason: string; bundle?: string } {
  return {
    actor: acting.actor,
    runId: acting.runId,
    reason: edit.reason,
    ...defined({ bundle: edit.bundle }),
  };
}

/** What a pass does stands under T4, what the owner does under no step. */
function rowOf(acting: Acting, { audit }: Edit): AuditEntry {
  return {
    step: acting.fence === undefined ? '' : 'T4',
    type: audit.type,
    target: audit.target,
    authorisation: acting.authorisation,
    result: 'ok',
    detail: audit.detail,
  };
}

/**
 * Every refusal of a pass is on record, as it is when the pass asks through its tools; where only
 * the scope stands against it the owner is asked.
 */
function refusedToPass(
  context: Context,
  pass: Briefed,
  at: {
    readonly error: NocturneError;
    readonly target: string;
    readonly plan: (snapshot: Snapshot) => Edit;
  },
): NocturneError {
  const workspace = context.workspace();
  const actions = at.error.message.startsWith('out-of-scope:') ? actionsOf(context, at.plan) : [];
  const judged =
    actions.length === 0 ? undefined : judge(workspace, pass, { door: 'command line', actions });
  if (judged === undefined || judged.verdict === 'allow')
    recordRefusal(workspace, pass, {
      door: 'command line',
      what: at.target,
      why: at.error.message,
    });
  return judged === undefined || judged.verdict === 'allow'
    ? at.error
    : new NocturneError('REFUSED', judged.text, {
        ...at.error.place,
        ...defined({ hint: at.error.hint }),
      });
}

/** What the files would hold as they are, and not as the pass sees them. */
function actionsOf(context: Context, plan: (snapshot: Snapshot) => Edit): readonly Action[] {
  const { root, clock } = context.workspace();
  const whole = openSnapshot(root, { now: clock.now() });
  const edit = plan(context.scope === undefined ? whole : scopedSnapshot(whole, context.scope));
  if (edit.bundle !== undefined) return [];
  return previewChanges(whole, edit).files.map(
    ({ path, before, after }): Action =>
      after === undefined
        ? { kind: 'delete', path }
        : { kind: before === undefined ? 'write' : 'edit', path, content: after },
  );
}

function done(result: CommitResult, options: EditOptions): CommandResult {
  const changed = result.fields.map(({ address, old, new: now, valid }) => ({
    address,
    old,
    new: now,
    valid,
  }));
  const lines = [
    ...changed.map(({ address, old, new: now }) => `${address}: ${brief(old)} -> ${brief(now)}`),
    ...result.notices.map((id) => `asked: ${id}`),
  ];
  const files = result.files.map((file) => file.path);
  const shown = lines.length === 0 ? files : lines;
  const text = options.done?.(result) ?? (shown.join('\n') || 'Nothing changed: it is so already.');
  return { exit: EXIT.ok, text, json: { changed, files, notices: result.notices } };
}

function shown(
  context: Context,
  at: { readonly preview: Preview; readonly row: AuditEntry },
): CommandResult {
  const { preview, row } = at;
  const diff = preview.files.map(unifiedDiff).join('');
  const changed = preview.fields.map(({ address, old, new: now }) => ({
    address,
    old: old ?? '',
    new: now ?? '',
  }));
  const appended = preview.rows.map(({ file, fields }) => ({ file, fields }));
  const logs = [...new Set(appended.map(({ file }) => file))].map(
    (file) => `and ${appended.filter((one) => one.file === file).length} row(s) in ${file}`,
  );
  const audit = `audit row: ${[row.type, row.target, row.authorisation, row.result, row.detail].map((cell) => cell || '-').join(' | ')}`;
  const text = [
    diff === '' ? 'Nothing would change in a file.' : paintedDiff(context, diff).trimEnd(),
    ...logs,
    '',
    audit,
    'Nothing was written (--dry-run).',
  ].join('\n');
  return { exit: EXIT.ok, text, json: { dryRun: true, diff, changed, appended, audit: row } };
}

function brief(value: string): string {
  const line = value.replaceAll('\n', ' ');
  if (line === '') return '(empty)';
  return line.length > 100 ? `${line.slice(0, 97)}...` : line;
}
