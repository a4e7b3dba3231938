/** Whether pages are as the owner signed them, without the rest of the gate. */
import type { Snapshot, Workspace } from '../workspace/types.js';
import { checkManifest } from './gate-manifest.js';
import { MANIFEST_FILE, parseManifest } from './manifest.js';
import { readableTrust } from './trust.js';

/** One sentence about the first page that is not as signed; `undefined` if all are. */
export function notAsSigned(
  { state }: Pick<Workspace, 'state'>,
  snapshot: Snapshot,
  pages: readonly string[],
): string | undefined {
  const trust = readableTrust(state);
  const text = snapshot.text(MANIFEST_FILE);
  if (trust === undefined || text === undefined)
    return 'this workspace has no owner on this machine, so nobody has signed its pages';
  const read = parseManifest(text);
  const [problem] = checkManifest(read, trust);
  if (problem !== undefined) return `${MANIFEST_FILE}: ${problem.message}`;
  const signed = new Map(read.manifest.rows.map((row) => [row.file, row.sha256]));
  const page = pages.find((path) => signed.get(path) !== snapshot.hash(path) || !signed.has(path));
  return page === undefined ? undefined : `${page} is not as you signed it`;
}
