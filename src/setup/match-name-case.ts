/** Renames files whose names differ from shipped ones only by case. */
import { NocturneError } from '../kernel/error.js';
import { countReferences } from './count-references.js';
import type { ExistingFiles } from './existing-files.js';
import type { PlanDraft } from './setup-plan.js';

/**
 * Plans renames at the top level, and returns the directory as it is afterwards. A file that cannot
 * be renamed because the shipped name is taken is moved to the copies.
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
      refuseSubmodule(existing, { name, our });
      renames.set(name, our);
      draft.rename(name, our);
      draft.note(
        our,
        'moved',
        `it was called ${name}, which is the same name on macOS and Windows; ${countReferences(existing, name)}`,
      );
    } else putAway(existing, { name, our }, draft);
  }
  return renames.size === 0 ? existing : renamed(existing, renames);
}

/** @throws NocturneError `REFUSED`: only git can rename its submodules. */
function refuseSubmodule(
  existing: ExistingFiles,
  { name, our }: { readonly name: string; readonly our: string },
): void {
  const modules = [
    ...(existing.text('.gitmodules') ?? '').matchAll(/^[ \t]*path[ \t]*=[ \t]*(\S.*?)[ \t\r]*$/gm),
  ].map(([, path = '']) => path);
  const inside = modules.find((path) => path === name || path.startsWith(`${name}/`));
  if (inside !== undefined)
    throw new NocturneError(
      'REFUSED',
      `${name} has to be called ${our}, but ${inside} is a submodule of git`,
      {
        file: name,
        hint: `rename it with git (git mv ${name} ${our}), then run nocturne init again; nothing was written`,
      },
    );
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
      `${our} exists too, and macOS and Windows cannot tell them apart: rename one of them`,
    );
  draft.retire(name, bytes);
  draft.note(name, 'moved', `${our} exists too, and macOS and Windows cannot tell them apart`);
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
