/** The error for a slug that no project has. */
import { NocturneError } from '../../kernel/error.js';
import { didYouMean } from '../../kernel/nearest-name.js';

export function unknownProject(slug: string, slugs: readonly string[]): NocturneError {
  return new NocturneError('NOT_FOUND', `there is no project "${slug}"`, {
    hint: didYouMean(slug, slugs) ?? `projects: ${slugs.join(', ') || 'none'}`,
  });
}
