/**
 * Names that differ from ours only by case: on some machines they are the same name, and on none
 * can both be governed.
 */
import type { ExistingFiles } from './existing-files.js';
import type { PlanDraft } from './setup-plan.js';

/**
 * Renames at the top level, and the directory as it looks afterwards. What cannot be renamed
 * because our name is taken too is put away if it is a file.
 */
export function matchNameCase(
  existing: ExistingFiles,
  shipped: readonly string[],
  draft: PlanDraft,
): ExistingFiles {
  if (existing.foldsCase) return existing;
  const ours = new Map(shipped.map(topOf).map((name) => [name.toLowerCase(), name]));
  const present = new Set(existing.paths.map(topOf));
  const renames = new Map<string, string>();
  for (const name of present) {
    const our = ours.get(name.toLowerCase());
    if (our === undefined || our === name) continue;
    if (!present.has(our) && ![...renames.values()].includes(our)) {
      renames.set(name, our);
      draft.rename(name, our);
      draft.note(our, 'moved', `it was called ${name}; on macOS and Windows both are one name`);
    } else putAway(existing, { name, our }, draft);
  }
  return renames.size === 0 ? existing : renamed(existing, renames);
}

function putAway(
  existing: ExistingFiles,
  { name, our }: { readonly name: string; readonly our: string },
  draft: PlanDraft,
): void {
  const bytes = existing.bytes(name);
  if (bytes === undefined)
    return draft.note(
      name,
      'owner',
      `${our} is here too; on macOS and Windows both are one name: rename one of them`,
    );
  draft.retire(name, bytes);
  draft.note(name, 'moved', `${our} is here too; on macOS and Windows both are one name`);
}

function renamed(existing: ExistingFiles, renames: ReadonlyMap<string, string>): ExistingFiles {
  const before = new Map(
    existing.paths.map((path) => [
      (renames.get(topOf(path)) ?? topOf(path)) + path.slice(topOf(path).length),
      path,
    ]),
  );
  const was = (path: string): string => before.get(path) ?? path;
  return {
    ...existing,
    paths: [...before.keys()].sort(),
    has: (path) => before.has(path),
    bytes: (path) => existing.bytes(was(path)),
    text: (path) => existing.text(was(path)),
    link: (path) => existing.link(was(path)),
  };
}

function topOf(path: string): string {
  const slash = path.indexOf('/');
  return slash < 0 ? path : path.slice(0, slash);
}
