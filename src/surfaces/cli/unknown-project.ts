/** The error for a slug that no project has. */
import { NocturneError } from '../../kernel/error.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import type { Snapshot } from '../../workspace/types.js';

export function unknownProject(slug: string, slugs: readonly string[]): NocturneError {
  return new NocturneError('NOT_FOUND', `there is no project "${slug}"`, {
    hint: didYouMean(slug, slugs) ?? `projects: ${slugs.join(', ') || 'none'}`,
  });
}

/** A pass for a misspelled name would find nothing to do, and look as if all was well. */
export function requireProject(snapshot: Snapshot, slug: string): void {
  const slugs = snapshot.records('DISPATCH').map((row) => row.key);
  if (!slugs.includes(slug)) throw unknownProject(slug, slugs);
}
