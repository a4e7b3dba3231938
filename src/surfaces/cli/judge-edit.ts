/**
 * Whether an edit that a command proposes may be made: the guard's decision about each file it
 * touches, and R2 about what would stand there.
 */
import { decide } from '../../governance/guard/decide.js';
import type { Action, Decision } from '../../governance/types.js';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import { routeOf } from '../../registry/route.js';
import type { ObjectSpec } from '../../registry/types.js';
import { overlay } from '../../workspace/overlay.js';
import type { Preview, PreviewedFile } from '../../workspace/preview.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Acting } from './actor.js';

export type ProposedEdit = {
  readonly preview: Preview;
  readonly bundle?: string | undefined;
  /** `$NOCTURNE_HOME` */
  readonly home: string;
  /** The owner may change protected files this way. */
  readonly mayTouchProtected?: boolean;
};

/**
 * @throws NocturneError `REFUSED` with every reason, `BAD_VALUE` where the workspace would not be
 * valid any more.
 */
export function judgeEdit(snapshot: Snapshot, acting: Acting, edit: ProposedEdit): void {
  const { preview } = edit;
  for (const file of preview.files) judgeFile(snapshot, acting, { ...edit, file });
  for (const file of new Set(preview.rows.map((row) => row.file)))
    if (acting.authority.kind !== 'owner')
      refuseUnlessAllowed(
        snapshot,
        decideOn(snapshot, acting, { kind: 'append', path: file }, edit),
        { path: file, bundle: edit.bundle },
      );
  refuseTwins(snapshot, preview);
}

function judgeFile(
  snapshot: Snapshot,
  acting: Acting,
  edit: ProposedEdit & { readonly file: PreviewedFile },
): void {
  const { file, preview } = edit;
  const { path } = file;
  if (acting.authority.kind === 'owner' && edit.mayTouchProtected !== true)
    refuseProtected(snapshot, path);
  // Seen with the other files of the same change in place: a record may refer to one that is made
  // with it.
  const others = overlay(
    snapshot,
    new Map(
      preview.files
        .filter((other) => other.path !== path)
        .map((other) => [other.path, other.after]),
    ),
  );
  const action: Action =
    file.after === undefined
      ? { kind: 'delete', path }
      : { kind: file.before === undefined ? 'write' : 'edit', path, content: file.after };
  const decision = decideOn(others, acting, action, edit);
  refuseUnlessAllowed(snapshot, decision, { path, bundle: edit.bundle });
  const [problem] = decision.diagnostics.filter((one) => one.severity === 'error');
  if (problem !== undefined)
    throw new NocturneError('BAD_VALUE', problem.message, {
      file: path,
      line: problem.range.line,
      column: problem.range.column,
      ...defined({ hint: problem.hint }),
    });
}

function decideOn(
  snapshot: Snapshot,
  acting: Acting,
  action: Action,
  edit: ProposedEdit,
): Decision {
  return decide(snapshot, acting.authority, action, { home: edit.home });
}

/**
 * A bundle may write what R3 names it for, and the fields that only bundles write; nothing else is
 * lifted.
 */
function refuseUnlessAllowed(
  snapshot: Snapshot,
  decision: Decision,
  at: { readonly path: string; readonly bundle: string | undefined },
): void {
  if (decision.verdict === 'allow') return;
  const named =
    at.bundle !== undefined && routeOf(snapshot.schema, at.path).bundles.includes(at.bundle);
  const reasons = decision.reasons.filter(
    (reason) =>
      !(
        named &&
        (reason.code === 'bundle-only' ||
          reason.code === 'field-writer' ||
          reason.code === 'append-only')
      ),
  );
  if (reasons.length === 0) return;
  throw new NocturneError(
    'REFUSED',
    reasons.map((reason) => `${reason.code}: ${reason.message}`).join('; '),
    {
      file: at.path,
      hint: `nocturne guard check --op edit --path ${at.path} says what may be done there`,
    },
  );
}

function refuseProtected(snapshot: Snapshot, path: string): void {
  const { tier } = routeOf(snapshot.schema, path);
  if (tier === 'PROTECTED')
    throw new NocturneError(
      'REFUSED',
      `${path} is protected: it changes only by the owner's hand and signature`,
      { file: path, hint: `edit it in your editor, then run nocturne sign ${path}` },
    );
  if (tier === 'MANIFEST-VERIFY')
    throw new NocturneError('REFUSED', `${path} is written only by signing`, {
      file: path,
      hint: 'nocturne sign --all',
    });
}

/**
 * `unique` of R2 concerns all records of an object. Only twins that the edit itself makes are
 * refused.
 */
function refuseTwins(snapshot: Snapshot, preview: Preview): void {
  for (const object of new Set(preview.fields.map((field) => field.object))) {
    const known = twins(object, snapshot);
    const fresh = [...twins(object, preview.after)].find(([id]) => !known.has(id));
    if (fresh !== undefined)
      throw new NocturneError('BAD_VALUE', fresh[1].message, {
        file: fresh[1].file,
        line: fresh[1].line,
        hint: 'each needs a value of its own',
      });
  }
}

type Twin = { readonly message: string; readonly file: string; readonly line: number };

function twins(object: ObjectSpec, snapshot: Snapshot): ReadonlyMap<string, Twin> {
  const found = new Map<string, Twin>();
  for (const field of object.fields.values()) {
    for (const constraint of field.constraints) {
      if (constraint.kind !== 'unique') continue;
      const { where } = constraint;
      const seen = new Map<string, string>();
      for (const record of snapshot.records(object.object)) {
        const value = record.fields.get(field.name)?.value ?? '';
        if (
          value === '' ||
          (where !== undefined && record.fields.get(where.field)?.value !== where.value)
        )
          continue;
        const earlier = seen.get(value);
        seen.set(value, record.key);
        if (earlier !== undefined)
          found.set(`${field.name}\0${value}`, {
            message: `${object.object}.${field.name} would be "${value}" of both "${earlier}" and "${record.key}"${where === undefined ? '' : `, which are ${where.value}`}; expected a value of its own`,
            file: record.file,
            line: record.range.line,
          });
      }
    }
  }
  return found;
}
