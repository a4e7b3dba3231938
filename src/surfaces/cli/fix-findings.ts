/** Applies the fixes that rules offer, as the owner. */
import type { Diagnostic, TextEdit } from '../../kernel/diagnostic.js';
import { NocturneError } from '../../kernel/error.js';
import { conflictLine } from '../../markdown/conflict-markers.js';
import { applyFixes, chooseFixes } from '../../validate/apply-fixes.js';
import { type ValidateOptions, validate } from '../../validate/validate-snapshot.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';

/** `before` is the hash of `text`; `after` is the fixed text. */
export type FixedFile = {
  readonly path: string;
  readonly before: string;
  readonly text: string;
  readonly after: string;
  readonly fixes: number;
  readonly rules: readonly string[];
};

/** A fix may reveal another one, and overlapping fixes need a round each. */
const MOST_ROUNDS = 4;

/**
 * Each file as the fixes of `found` would change it. A file with conflict markers stays as it is: a
 * fix would make rows of them.
 */
export function plannedFixes(
  snapshot: Snapshot,
  found: readonly Diagnostic[],
): readonly FixedFile[] {
  const edits = new Map<string, { edits: TextEdit[]; rules: Set<string> }>();
  for (const { rule, fix = [] } of found) {
    for (const edit of fix) {
      const own = edits.get(edit.file) ?? { edits: [], rules: new Set<string>() };
      edits.set(edit.file, own);
      own.edits.push(edit);
      own.rules.add(rule);
    }
  }
  return [...edits].flatMap(([path, own]) => {
    const [text, before] = [snapshot.text(path), snapshot.hash(path)];
    if (text === undefined || before === undefined || conflictLine(text) !== undefined) return [];
    const after = applyFixes(text, own.edits);
    const fixes = chooseFixes(text, own.edits).length;
    return after === text
      ? []
      : [{ path, before, text, after, fixes, rules: [...own.rules].sort() }];
  });
}

/** Commits round by round until no fixes are left. @param authorisation for the audit rows. */
export async function fixFindings(
  workspace: Workspace,
  { authorisation, ...options }: ValidateOptions & { readonly authorisation: string },
): Promise<readonly FixedFile[]> {
  const done: FixedFile[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const snapshot = workspace.snapshot();
    const planned = plannedFixes(snapshot, (await validate(snapshot, options)).diagnostics);
    if (planned.length === 0) break;
    commitFixes(workspace, planned, authorisation);
    done.push(...planned);
  }
  return done;
}

function commitFixes(
  workspace: Workspace,
  planned: readonly FixedFile[],
  authorisation: string,
): void {
  const rules = [...new Set(planned.flatMap((file) => file.rules))].join(', ');
  workspace.commit((fresh) => {
    const changed = planned.find(({ path, before }) => fresh.hash(path) !== before);
    if (changed !== undefined)
      throw new NocturneError(
        'STORAGE',
        `${changed.path} changed during the repair, so nothing was written`,
        { hint: 'run nocturne validate --fix again', file: changed.path },
      );
    return {
      actor: { kind: 'owner', name: 'owner' },
      runId: '',
      reason: `validate --fix: ${rules}`,
      changes: planned.map(({ path, after }) => ({ kind: 'write', path, content: after })),
      audit: planned.map(({ path, fixes, rules: own }) => ({
        step: '',
        type: 'fix',
        target: path,
        authorisation,
        result: 'ok',
        detail: `${fixes} ${fixes === 1 ? 'place' : 'places'}: ${own.join(', ')}`,
      })),
    };
  });
}
