/** Renames a key in the editor: asks whether it may be, and returns the edit of the workspace. */
import type {
  Position,
  PrepareRenameResult,
  RenameFile,
  TextDocumentEdit,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { NocturneError } from '../../../kernel/error.js';
import type { Snapshot } from '../../../workspace/types.js';
import { cursorAt } from '../cursor/cursor-at.js';
import type { LiveWorkspace } from '../live-workspace.js';
import { type Named, namedAt } from '../named.js';
import { offsetOf, toEditor } from '../places.js';
import { assertRenamable, planRename, type Replacement } from './plan-rename.js';

type At = { readonly path: string; readonly position: Position };

/** @throws NocturneError `REFUSED` without a key at the cursor that may be renamed. */
export function prepareRename(live: LiveWorkspace, at: At): PrepareRenameResult {
  const snapshot = live.snapshot();
  const { named, range } = keyAt(live, snapshot, at);
  assertRenamable(live, snapshot, named);
  return { range, placeholder: named.key };
}

/** @param canMove whether the editor moves folders as part of an edit. */
export function rename(
  live: LiveWorkspace,
  at: At,
  { newName, canMove }: { readonly newName: string; readonly canMove: boolean },
): WorkspaceEdit {
  const snapshot = live.snapshot();
  const { named } = keyAt(live, snapshot, at);
  const { replacements, folder } = planRename(live, snapshot, { named, to: newName });
  if (folder !== undefined && !canMove)
    throw new NocturneError('REFUSED', `this editor cannot move the folder ${folder.from}`, {
      hint: 'use one that does, or move the folder yourself and correct what validate then finds',
    });
  const moves: RenameFile[] =
    folder === undefined
      ? []
      : [
          {
            kind: 'rename',
            oldUri: live.paths.uriOf(folder.from),
            newUri: live.paths.uriOf(folder.to),
          },
        ];
  return { documentChanges: [...editsByFile(live, replacements), ...moves] };
}

function keyAt(
  live: LiveWorkspace,
  snapshot: Snapshot,
  { path, position }: At,
): { readonly named: Named; readonly range: ReturnType<typeof toEditor> } {
  const placed = live.placed(snapshot, path);
  const offset = offsetOf(placed, position);
  const cursor = cursorAt(snapshot, path, offset);
  const named = namedAt(snapshot, path, { cursor, offset });
  if (named === undefined)
    throw new NocturneError('REFUSED', 'there is no key of a record here', {
      hint: 'put the cursor on the key of a record, on a field that names one, or on the title of a page',
    });
  const range =
    cursor?.kind === 'value'
      ? live.rangeOf(placed, cursor.start, cursor.end)
      : { start: position, end: position };
  return { named, range };
}

function editsByFile(
  live: LiveWorkspace,
  replacements: readonly Replacement[],
): readonly TextDocumentEdit[] {
  const files = new Map<string, Replacement[]>();
  for (const replacement of replacements) {
    const { file } = replacement.range;
    files.set(file, [...(files.get(file) ?? []), replacement]);
  }
  return [...files].map(([file, own]) => {
    const document = live.open.get(file);
    const countsMark = document?.getText().startsWith('\uFEFF') === true;
    return {
      textDocument: { uri: live.paths.uriOf(file), version: document?.version ?? null },
      edits: own.map(({ range, newText }) => ({ range: toEditor(range, countsMark), newText })),
    };
  });
}
