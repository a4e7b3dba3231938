/** Whether validation would report a page that was there before Nocturne. */
import { scan } from '../markdown/scan.js';
import { findSecrets } from '../validate/find-secrets.js';
import { findPlaceholders } from '../validate/rules/placeholder.js';
import { linksOf } from '../workspace/links.js';
import type { ExistingFiles } from './existing-files.js';

/** Placeholders, secrets, and links that lead nowhere or to a heading. */
export function hasFindings(existing: ExistingFiles, path: string, text: string): boolean {
  if (hasSecrets(text)) return true;
  if (!/\.(?:md|markdown)$/i.test(path)) return false;
  const doc = scan(text);
  return (
    findPlaceholders(doc, path).length > 0 ||
    linksOf(doc, path).some(
      ({ path: target, anchor }) =>
        anchor !== undefined || (target !== undefined && !exists(existing, target)),
    )
  );
}

export function hasSecrets(text: string): boolean {
  return findSecrets(text).length > 0;
}

function exists(existing: ExistingFiles, path: string): boolean {
  return existing.has(path) || existing.paths.some((candidate) => candidate.startsWith(`${path}/`));
}
