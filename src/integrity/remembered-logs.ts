/**
 * Logs that this process has verified and that the system says are the same files since, for pages
 * that are asked often. Who decides verifies every time.
 */
import { lstatSync } from '../kernel/files.js';
import type { Anchor } from '../workspace/storage-types.js';

/** A file that changed so shortly before may change again within the same tick of its clock. */
const OLD_MS = 2_000;

/** Without `file`, it was verified so shortly after a change that the next check looks again. */
type Sound = { readonly file: string | undefined; readonly check: unknown };

const sound = new Map<string, Sound>();

/**
 * @param expected what the verdict depends on in addition to the file: anchors and opening.
 * @param verify gets the verdict before, of which it may go on.
 */
export function unlessRemembered<T extends { readonly findings: readonly unknown[] }>(
  path: string,
  expected: { readonly anchors: readonly Anchor[]; readonly opening: unknown },
  verify: (before: T | undefined) => T,
): T {
  const before = identityOf(path);
  const key = JSON.stringify([path, expected]);
  const known = sound.get(path);
  if (known !== undefined && known.file === `${before}${key}`) return known.check as T;
  sound.delete(path);
  const check = verify(known?.check as T | undefined);
  const isOld = before !== undefined && before === identityOf(path, OLD_MS);
  if (check.findings.length === 0)
    sound.set(path, { file: isOld ? `${before}${key}` : undefined, check });
  return check;
}

/** A program can set the time of a file's content, but not the time of the last change to it. */
function identityOf(path: string, ageMs = 0): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || Date.now() - stats.ctimeMs < ageMs) return undefined;
  const { dev, ino, size, mtimeMs, ctimeMs } = stats;
  return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
}
