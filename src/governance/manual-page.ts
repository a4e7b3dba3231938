/** Which pages are Nocturne's own manual: shipped, and about Nocturne itself. */

/** What a workspace learns and asks is its own. */
const MANUAL =
  /^(?:orchestration-os\/(?!AGENTS-LESSONS\.md|NOTIFICATIONS-ARCHIVE\.md).*|REGISTRY\.md|MODEL-TIERS\.md|LOCK\.md|INTEGRITY-MANIFEST\.md|(?:PROJECTS|inbox|audit)\/README\.md)$/;

export function isManualPage(path: string): boolean {
  return MANUAL.test(path);
}
