/** Commits the edit of a command after the guard has checked it, or only shows it. */
import { commitEdit, type Proposal, proposeEdit } from '../../passes/commit-edit.js';
import { EXIT } from '../../kernel/error.js';
import type { EditOptions as Options, EditPlan } from '../../tools/tool-context.js';
import type { CommitResult } from '../../workspace/types.js';
import { actingAs } from './actor.js';
import { paintedDiff, unifiedDiff } from './show-diff.js';
import type { CommandResult, Context } from './types.js';

export type EditOptions = Options & {
  readonly dryRun?: boolean;
  /** The text of the result; default: the fields that changed. */
  readonly done?: (result: CommitResult) => string;
};

/** @param plan called under the commit mutex, on the snapshot that the commit is computed from. */
export function carryOut(
  context: Context,
  plan: EditPlan,
  options: EditOptions = {},
): CommandResult {
  const acting = actingAs(context);
  const workspace = context.workspace();
  const checked: EditPlan = (seen, whole) => {
    context.check?.(whole);
    return plan(seen, whole);
  };
  if (options.dryRun === true)
    return shown(context, proposeEdit(workspace, acting, checked, options));
  const { door = 'command line' } = context;
  return editResult(commitEdit(workspace, acting, { plan: checked, door, options }), options);
}

/** What an edit changed, for people and for programs. */
export function editResult(result: CommitResult, options: EditOptions = {}): CommandResult {
  const changed = result.fields.map(({ address, old, new: now, valid }) => ({
    address,
    old,
    new: now,
    valid,
  }));
  const lines = [
    ...changed.map(({ address, old, new: now }) => `${address}: ${brief(old)} -> ${brief(now)}`),
    ...result.notices.map((id) => `asked you: ${id}`),
  ];
  const files = result.files.map((file) => file.path);
  const shown = lines.length === 0 ? files : lines;
  const text =
    options.done?.(result) ??
    (shown.join('\n') || 'Nothing changed: the workspace already has this content.');
  return { exit: EXIT.ok, text, json: { changed, files, notices: result.notices } };
}

function shown(context: Context, { preview, row }: Proposal): CommandResult {
  const diff = preview.files.map(unifiedDiff).join('');
  const changed = preview.fields.map(({ address, old, new: now }) => ({
    address,
    old: old ?? '',
    new: now ?? '',
  }));
  const appended = preview.rows.map(({ file, fields }) => ({ file, fields }));
  const logs = [...new Set(appended.map(({ file }) => file))].map(
    (file) =>
      `${file}: ${appended.filter((candidate) => candidate.file === file).length} new row(s)`,
  );
  const audit = `Audit row: ${[row.type, row.target, row.authorisation, row.result, row.detail].map((cell) => cell || '-').join(' | ')}`;
  const text = [
    diff === '' ? 'No file would change.' : paintedDiff(context, diff).trimEnd(),
    ...logs,
    '',
    audit,
    'Dry run: nothing was written.',
  ].join('\n');
  return { exit: EXIT.ok, text, json: { dryRun: true, diff, changed, appended, audit: row } };
}

function brief(value: string): string {
  const line = value.replaceAll('\n', ' ');
  if (line === '') return '(empty)';
  return line.length > 100 ? `${line.slice(0, 97)}...` : line;
}
