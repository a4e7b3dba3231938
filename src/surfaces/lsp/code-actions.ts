/** The repairs of `validate --fix`, one by one or all of a file. */
import { type CodeAction, CodeActionKind, type CodeActionParams } from 'vscode-languageserver/node';
import type { Diagnostic, TextEdit } from '../../kernel/diagnostic.js';
import { conflictLine } from '../../markdown/conflict-markers.js';
import { chooseFixes } from '../../validate/apply-fixes.js';
import type { Snapshot } from '../../workspace/types.js';
import { editorDiagnostic } from './editor-diagnostic.js';
import type { Findings } from './findings.js';
import type { LiveWorkspace } from './live-workspace.js';

export const FIX_ALL = `${CodeActionKind.SourceFixAll}.nocturne`;

type Asked = { readonly path: string } & Pick<CodeActionParams, 'range' | 'context'>;

export function codeActions(
  live: LiveWorkspace,
  findings: Findings,
  { path, range, context }: Asked,
): readonly CodeAction[] {
  const snapshot = live.snapshot();
  const text = snapshot.text(path);
  // A repair would make rows of the lines of a conflict.
  if (text === undefined || conflictLine(text) !== undefined) return [];
  // An earlier finding has offsets of an earlier text.
  const fixable = findings
    .of(path)
    .filter(({ pending, diagnostic }) => !pending && diagnostic.fix !== undefined);
  const wants = (kind: string): boolean =>
    context.only === undefined ||
    context.only.some((asked) => kind === asked || kind.startsWith(`${asked}.`));
  const actions: CodeAction[] = [];
  if (wants(CodeActionKind.QuickFix))
    for (const finding of fixable) {
      const shown = editorDiagnostic(live, snapshot, finding);
      const { start, end } = shown.range;
      if (start.line > range.end.line || end.line < range.start.line) continue;
      actions.push({
        title: titleOf(finding.diagnostic),
        kind: CodeActionKind.QuickFix,
        diagnostics: [shown],
        isPreferred: true,
        edit: editOf(live, snapshot, finding.diagnostic.fix ?? []),
      });
    }
  if (wants(FIX_ALL) && fixable.length > 0)
    actions.push({
      title: `Repair what needs no decision (${fixable.length})`,
      kind: FIX_ALL,
      edit: editOf(
        live,
        snapshot,
        fixable.flatMap(({ diagnostic }) => diagnostic.fix ?? []),
      ),
    });
  return actions;
}

function titleOf({ rule, fix = [] }: Diagnostic): string {
  const [first] = fix;
  const text = first?.newText.trim() ?? '';
  return text === '' || text.length > 40 || text.includes('\n')
    ? `Repair (${rule})`
    : `Write ${text} (${rule})`;
}

function editOf(
  live: LiveWorkspace,
  snapshot: Snapshot,
  edits: readonly TextEdit[],
): NonNullable<CodeAction['edit']> {
  const files = [...new Set(edits.map(({ file }) => file))];
  return {
    documentChanges: files.map((file) => {
      const placed = live.placed(snapshot, file);
      const own = edits.filter((edit) => edit.file === file);
      return {
        textDocument: {
          uri: live.paths.uriOf(file),
          version: live.open.get(file)?.version ?? null,
        },
        edits: chooseFixes(placed.text, own).map(({ start, end, newText }) => ({
          range: live.rangeOf(placed, start, end),
          newText,
        })),
      };
    }),
  };
}
