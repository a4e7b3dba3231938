/**
 * Whether an edit may be made in somebody's name: the guard's decision about the files that it
 * touches, and what R2 and R6 report about the workspace as it would be.
 */
import { decideTogether } from '../governance/guard/decide.js';
import type { Action, Authority, Decision, Reason } from '../governance/types.js';
import { NocturneError } from '../kernel/error.js';
import { routeOf } from '../registry/route.js';
import type { Edit } from '../tools/tool-context.js';
import type { Preview } from '../workspace/preview.js';
import type { Snapshot } from '../workspace/types.js';

export type ProposedEdit = {
  readonly edit: Edit;
  /** Of the whole workspace, whatever the caller sees of it. */
  readonly preview: Pick<Preview, 'files' | 'rows'>;
  /** `$NOCTURNE_HOME` */
  readonly home: string;
  /** The owner may change protected files this way. */
  readonly mayTouchProtected?: boolean | undefined;
};

/**
 * @throws NocturneError `REFUSED` with every reason, `BAD_VALUE` where the workspace would not be
 * valid any more.
 */
export function judgeEdit(snapshot: Snapshot, authority: Authority, proposed: ProposedEdit): void {
  const { edit, preview } = proposed;
  if (authority.kind === 'owner' && proposed.mayTouchProtected !== true)
    for (const { path } of preview.files) refuseProtected(snapshot, path);
  const logs = new Set(authority.kind === 'owner' ? [] : preview.rows.map((row) => row.file));
  const actions: readonly Action[] = [
    ...actionsOf(edit, preview),
    ...[...logs].map((path) => ({ kind: 'append', path }) as const),
  ];
  const decisions = decideTogether(snapshot, authority, actions, { home: proposed.home });
  for (const [i, decision] of decisions.entries())
    refuse(snapshot, decision, { path: actions[i]?.path ?? '', bundle: edit.bundle });
}

/** What the files would hold. An unchanged file that was to be written is judged like any other. */
export function actionsOf(edit: Edit, preview: Pick<Preview, 'files'>): readonly Action[] {
  const nameOf = (path: string): string => (edit.named?.path === path ? edit.named.as : path);
  const changed = preview.files.map(({ path, before, after }): Action => {
    const name = nameOf(path);
    return after === undefined
      ? { kind: 'delete', path: name }
      : { kind: before === undefined ? 'write' : 'edit', path: name, content: after };
  });
  const unchanged = edit.changes.flatMap((change): readonly Action[] =>
    change.kind !== 'write' || preview.files.some((file) => file.path === change.path)
      ? []
      : [{ kind: 'edit', path: nameOf(change.path), content: change.content }],
  );
  return [...changed, ...unchanged];
}

/** What R3 lifts where it names the bundle: no more than this. */
const OF_BUNDLES: ReadonlySet<Reason['code']> = new Set([
  'bundle-only',
  'field-writer',
  'append-only',
]);

function refuse(
  snapshot: Snapshot,
  decision: Decision,
  { path, bundle }: { readonly path: string; readonly bundle: string | undefined },
): void {
  const named = bundle !== undefined && routeOf(snapshot.schema, path).bundles.includes(bundle);
  const reasons =
    decision.verdict === 'allow'
      ? []
      : decision.reasons.filter((reason) => !(named && OF_BUNDLES.has(reason.code)));
  if (reasons.length > 0)
    throw new NocturneError(
      'REFUSED',
      reasons.map((reason) => `${reason.code}: ${reason.message}`).join('; '),
      {
        file: path,
        hint: `nocturne guard check --op edit --path ${path} says what may be done there`,
        reasons,
      },
    );
  const [problem] = decision.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (problem === undefined) return;
  const { line, column } = problem.range;
  throw new NocturneError('BAD_VALUE', problem.message, {
    file: problem.range.file,
    line,
    column,
    hint: problem.hint,
    reasons: decision.broken,
  });
}

function refuseProtected(snapshot: Snapshot, path: string): void {
  const { tier } = routeOf(snapshot.schema, path);
  if (tier === 'PROTECTED') {
    const message = `${path} is protected: it changes only by the owner's hand and signature`;
    throw new NocturneError('REFUSED', message, {
      file: path,
      hint: `edit it in your editor, then run nocturne sign ${path}`,
      reasons: [{ code: 'tier-protected', message }],
    });
  }
  if (tier === 'MANIFEST-VERIFY') {
    const message = `${path} is written only by signing`;
    throw new NocturneError('REFUSED', message, {
      file: path,
      hint: 'nocturne sign --all',
      reasons: [{ code: 'tier-manifest', message }],
    });
  }
}
