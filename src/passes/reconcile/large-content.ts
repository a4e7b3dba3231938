/** Judges a large file in chunks: it may hold no records and no credentials. */
import { secretReasons } from '../../governance/guard/secrets.js';
import { MOST_READ } from '../../workspace/file-content.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Content, isLarge } from './content.js';

/** A credential is never longer: so much of a chunk is looked at again with the next one. */
const OVERLAP = 8 * 1024;

/** `undefined` for a file that is not large, and for one that may stay. */
export function largeReason(
  snapshot: Snapshot,
  path: string,
  content: Content | undefined,
): { readonly code: string; readonly why: string } | undefined {
  if (content === undefined || !isLarge(content)) return undefined;
  if (snapshot.objectsOf(path).length > 0)
    return {
      code: 'too-large',
      why: `it holds records and has ${content.size} bytes; at most ${MOST_READ} can be checked`,
    };
  let rest = '';
  for (const chunk of content.chunks()) {
    const text = rest + chunk.toString('latin1');
    const [reason] = secretReasons(text, path);
    if (reason !== undefined) return { code: reason.code, why: reason.message };
    rest = text.slice(-OVERLAP);
  }
  return undefined;
}
