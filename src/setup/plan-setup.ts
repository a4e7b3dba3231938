/**
 * Decides what `init` does to a directory, from its files, the shipped files, and the owner's
 * answers. Reads nothing else and writes nothing.
 */
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { loadSchema } from '../registry/load-schema.js';
import { routeOf } from '../registry/route.js';
import type { Schema } from '../registry/types.js';
import { type Adoption, adoptPages, declareAside, PAGES } from './adopt-pages.js';
import { backupFolder } from './backup-folder.js';
import type { ExistingFiles } from './existing-files.js';
import { filledIn, type OwnerDetails } from './owner-details.js';
import { type DirectoryKind, directoryKind } from './directory-kind.js';
import { AGENTS_PAGE, type Reference } from './reference-files.js';
import { isCovered, proposeFree } from './free-routes.js';
import type { Importer } from './importer.js';
import { recode } from './recode.js';
import { matchNameCase } from './match-name-case.js';
import { planDraft, type PlanDraft, type SetupPlan } from './setup-plan.js';
import { TOOL_FILE_MERGED, toolFiles } from './tool-files.js';

export type SetupRequest = {
  readonly existing: ExistingFiles;
  readonly reference: Reference;
  readonly words: OwnerDetails;
  readonly now: Date;
  /** The caller's files, which replace shipped ones or add to them; in a new workspace only. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether the workspace has an owner: then only missing files are written. */
  readonly owned?: boolean;
  /** Recognised the files that are here. */
  readonly importer?: Importer;
  /** Of pages that are not UTF-8 and do not say what they are. */
  readonly encoding?: string;
};

export type Planned = SetupPlan & {
  readonly kind: DirectoryKind;
  readonly importer?: Importer;
};

export function planSetup(request: SetupRequest): Planned {
  const { existing, reference } = request;
  const kind = directoryKind(existing);
  const { schema } = loadSchema(reference.text('REGISTRY.md'));
  const draft = planDraft(backupFolder({ now: request.now, what: 'init', paths: existing.paths }));
  if (kind === 'workspace') complete(request, schema, draft);
  else adopt(request, schema, draft);
  for (const [path, content] of Object.entries(request.files ?? {})) draft.write(path, content);
  writeToolFiles(existing, schema, draft);
  return {
    renames: draft.renames,
    files: draft.files,
    backups: draft.backups,
    notes: draft.notes,
    kind,
    ...defined({ importer: request.importer }),
  };
}

function writeToolFiles(existing: ExistingFiles, schema: Schema, draft: PlanDraft): void {
  const files = toolFiles(schema, (path) => {
    if (existing.bytes(path) === undefined && existing.link(path) === undefined) return undefined;
    const text = existing.text(path);
    return text === undefined ? 'foreign' : { text };
  });
  for (const { path, text } of files) {
    const former = existing.bytes(path);
    if (former !== undefined) draft.keep(path, former);
    draft.write(path, text);
    if (former !== undefined) draft.note(path, 'merged', TOOL_FILE_MERGED);
  }
}

/**
 * @throws NocturneError `REFUSED`: a link could lead anywhere, so nothing is written through it.
 */
function refuseLinkedFolders(existing: ExistingFiles, paths: readonly string[]): void {
  const folders = new Set(
    paths.flatMap((path) =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, i, parts) => parts.slice(0, i + 1).join('/')),
    ),
  );
  for (const folder of folders) {
    const target = existing.link(folder);
    if (target !== undefined)
      throw new NocturneError('REFUSED', `${folder} is a link to ${target}, expected a directory`, {
        file: folder,
        hint: `replace the link with the directory (rm ${folder} && cp -R ${target} ${folder}), then run nocturne init again; nothing was written`,
      });
    if (existing.has(folder))
      throw new NocturneError('REFUSED', `${folder} is a file, expected a directory`, {
        file: folder,
        hint: 'rename it, then run nocturne init again; nothing was written',
      });
  }
}

/** Completes a workspace, such as a clone: adds missing files and the owner's details. */
function complete(
  { existing, reference, words, owned }: SetupRequest,
  schema: Schema,
  draft: PlanDraft,
): void {
  refuseLinkedFolders(existing, reference.paths);
  for (const path of reference.paths) {
    // The gate reports a missing log; an empty one would not help.
    if (!existing.has(path) && !(owned === true && routeOf(schema, path).tier === 'APPEND'))
      draft.write(path, filledIn(path, reference.text(path), { schema, words }));
  }
  if (owned !== true) replaceAgentsPage(existing, reference, draft);
  for (const path of ['USER.md', 'SOUL.md']) {
    const text = existing.text(path);
    const filled = text === undefined ? undefined : filledIn(path, text, { schema, words });
    if (filled !== undefined && filled !== text) draft.write(path, filled);
  }
}

/** AGENTS.md of a clone gives orders to coding agents, not to those that work at night. */
function replaceAgentsPage(existing: ExistingFiles, reference: Reference, draft: PlanDraft): void {
  const before = existing.bytes(AGENTS_PAGE);
  if (before === undefined || before.includes('AGENTS-CORE.md')) return;
  draft.keep(AGENTS_PAGE, before);
  draft.write(AGENTS_PAGE, reference.text(AGENTS_PAGE));
  draft.note(AGENTS_PAGE, 'replaced', 'it was written for agents that change the program');
}

function adopt(
  { existing: before, reference, words, now, importer, encoding }: SetupRequest,
  schema: Schema,
  draft: PlanDraft,
): void {
  const named = matchNameCase(before, reference.paths, draft);
  refuseLinkedFolders(named, reference.paths);
  const existing = recode(named, {
    draft,
    except: reference.paths.filter((path) => !PAGES.includes(path)),
    reads: (path) => importer !== undefined || PAGES.includes(path) || isCovered(schema, path),
    ...defined({ encoding }),
  });
  const adoption: Adoption = { existing, reference, schema, words };
  const adopted = adoptPages(adoption, draft, importer?.ownPages ?? PAGES);
  importer?.carry({ ...adoption, now }, draft);
  for (const path of reference.paths) {
    if (!adopted.has(path) && !draft.files.has(path))
      putShipped(adoption, { path, draft, importer });
  }
  declareAside(draft);
  proposeFree(existing, reference.paths, draft, { folders: importer === undefined });
  noteRetired(existing, draft);
}

function putShipped(
  { existing, reference, schema, words }: Adoption,
  {
    path,
    draft,
    importer,
  }: { readonly path: string; readonly draft: PlanDraft; readonly importer: Importer | undefined },
): void {
  const text = filledIn(path, reference.text(path), { schema, words });
  const there = existing.bytes(path);
  const link = existing.link(path);
  if (
    importer === undefined &&
    link === undefined &&
    path.endsWith('/README.md') &&
    existing.text(path) !== undefined
  )
    return draft.note(path, 'left', 'your page stays, and is protected now');
  draft.write(path, text);
  if (link === undefined && (there === undefined || there.equals(Buffer.from(text)))) return;
  if (there !== undefined) draft.keep(path, there);
  const why =
    there !== undefined && PAGES.includes(path) && existing.text(path) === undefined
      ? 'it is not UTF-8 and does not say what it is, so your text is only in the copy: name its encoding with --encoding, or convert it first'
      : (importer?.whyReplaced(path) ?? 'a file with this name was here');
  draft.note(path, 'replaced', link === undefined ? why : `it was a link to ${link}`);
}

/** Hosts stopped reading these pages in 2026. */
function noteRetired(existing: ExistingFiles, draft: PlanDraft): void {
  for (const path of ['TOOLS.md', 'HEARTBEAT.md']) {
    if ((existing.text(path) ?? '').trim() !== '')
      draft.note(
        path,
        'left',
        'hosts no longer read it: move what you need to AGENTS.md, then sign AGENTS.md',
      );
  }
}
