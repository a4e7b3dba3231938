/** Decides what setting up does to a directory: from what stands there, what is shipped, and what the owner said. Reads nothing else, writes nothing. */
import { loadSchema } from '../registry/load-schema.js';
import { routeOf } from '../registry/route.js';
import type { Schema } from '../registry/types.js';
import type { ExistingFiles } from './existing-files.js';
import { filledIn, type OwnerWords } from './owner-words.js';
import { type PlaceKind, placeKind } from './place-kind.js';
import type { Reference } from './reference-files.js';
import { planDraft, type PlanDraft, type SetupPlan } from './setup-plan.js';

export type SetupRequest = {
  readonly existing: ExistingFiles;
  readonly reference: Reference;
  readonly words: OwnerWords;
  readonly now: Date;
  /** Files of the caller, in place of the shipped ones or besides them; of a new workspace only. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether somebody owns the workspace already: then only what is missing is written. */
  readonly owned?: boolean;
};

export type Planned = SetupPlan & { readonly kind: PlaceKind };

/** Not a part of git, nor anything that a colleague would need: journal, kept objects, cache. */
const GIT_IGNORE = '.nocturne/\n';

export function planSetup(request: SetupRequest): Planned {
  const { existing, reference } = request;
  const kind = placeKind(existing);
  const { schema } = loadSchema(reference.text('REGISTRY.md'));
  const draft = planDraft(backupFolder(request.now));
  if (kind === 'workspace') complete(request, schema, draft);
  else copyReference(request, schema, draft);
  for (const [path, content] of Object.entries(request.files ?? {})) draft.write(path, content);
  if (!existing.has('.gitignore')) draft.write('.gitignore', GIT_IGNORE);
  return { files: draft.files, backups: draft.backups, notes: draft.notes, kind };
}

function backupFolder(now: Date): string {
  return `backups/${now.toISOString().slice(0, 19).replaceAll(':', '')}Z-init`;
}

/** A workspace of ours, a clone for instance: what is missing is added, and what the owner says is put in. */
function complete({ existing, reference, words, owned }: SetupRequest, schema: Schema, draft: PlanDraft): void {
  for (const path of reference.paths) {
    // A log that is gone is for the gate to tell: an empty one in its place would hide nothing and help nobody.
    if (!existing.has(path) && !(owned === true && routeOf(schema, path).tier === 'APPEND')) draft.write(path, filledIn(path, reference.text(path), { schema, words }));
  }
  for (const path of ['USER.md', 'SOUL.md']) {
    const text = existing.text(path);
    const filled = text === undefined ? undefined : filledIn(path, text, { schema, words });
    if (filled !== undefined && filled !== text) draft.write(path, filled);
  }
}

function copyReference({ existing, reference, words }: SetupRequest, schema: Schema, draft: PlanDraft): void {
  for (const path of reference.paths) {
    const text = filledIn(path, reference.text(path), { schema, words });
    const there = existing.bytes(path);
    if (there !== undefined && !there.equals(Buffer.from(text))) {
      draft.keep(path, there);
      draft.note(path, 'replaced', 'a file of this name was here');
    }
    draft.write(path, text);
  }
}
