/** The beginning of a file for showing it; a large one is not read as a whole. */
import { LONG_LOG, logWindows } from './log-windows.js';
import { within } from './root-descriptor.js';
import { decodeUtf8 } from './snapshot.js';
import type { Snapshot } from './types.js';

/** @param most characters that are enough; there may be more. @returns `undefined`: not UTF-8. */
export function headOfText(snapshot: Snapshot, path: string, most: number): string | undefined {
  if ((snapshot.files.get(path)?.size ?? 0) <= LONG_LOG) return snapshot.text(path);
  let head = '';
  for (const { bytes } of logWindows(within(snapshot.root, path))) {
    const text = decodeUtf8(bytes);
    if (text === undefined) return undefined;
    head += text;
    if (head.length >= most) break;
  }
  return head;
}
