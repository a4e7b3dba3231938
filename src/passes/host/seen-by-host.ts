/** What the tool calls of a host show to the agent of a pass, and which of them it may not make. */
import { pathWorld, resolveTarget } from '../../governance/guard/path.js';
import type { Action, Reason } from '../../governance/types.js';
import { sha256 } from '../../kernel/hash.js';
import { countLines, noteEdit, type SeenFiles, staleReason } from '../../tools/seen-file.js';
import type { Snapshot } from '../../workspace/types.js';

type Call = {
  readonly files: SeenFiles;
  readonly snapshot: Snapshot;
  /** `$NOCTURNE_HOME` */
  readonly home: string;
  readonly actions: readonly Action[];
};

/** Whole files that the agent would replace without having seen them. */
export function staleReasons({ files, snapshot, home, actions }: Call): readonly Reason[] {
  return actions.flatMap((action): readonly Reason[] => {
    const path = pathOf(snapshot, home, action);
    if (action.whole !== true || action.content === undefined || path === undefined) return [];
    const base = snapshot.hash(path);
    const why = staleReason(path, { base, content: action.content, seen: files.last(path) });
    return why === undefined ? [] : [{ code: 'stale', message: why }];
  });
}

/**
 * Noted before the host makes the call: a change in between is one that the agent has not seen,
 * and it reads once more than it would have to.
 */
export function noteCall({ files, snapshot, home, actions }: Call): void {
  for (const action of actions) {
    const path = pathOf(snapshot, home, action);
    if (path === undefined) continue;
    const base = snapshot.hash(path);
    if (action.kind === 'read' && action.lines !== undefined && base !== undefined) {
      const of = countLines(snapshot.text(path) ?? '');
      files.note(path, base, { ...action.lines, to: Math.min(action.lines.to, of), of });
    } else if (action.content !== undefined && action.kind !== 'append') {
      if (action.whole === true) files.note(path, sha256(action.content));
      else noteEdit(files, path, { base, content: action.content });
    }
  }
}

function pathOf(snapshot: Snapshot, home: string, { path }: Action): string | undefined {
  return path === undefined ? undefined : resolveTarget(pathWorld(snapshot, home), path).path;
}
