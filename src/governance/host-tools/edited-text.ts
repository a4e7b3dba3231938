/** What a file would say after the replacements of an edit tool. */
import type { Snapshot } from '../../workspace/types.js';
import { namedText } from './named-text.js';

export type Replacement = { readonly from: string; readonly to: string; readonly all: boolean };

/**
 * `undefined` when the file is not there, or an old text does not occur in it: then the tool itself
 * fails.
 */
export function editedText(
  snapshot: Snapshot,
  path: string,
  steps: readonly Replacement[],
): string | undefined {
  let content = namedText(snapshot, path);
  for (const { from, to, all } of steps) {
    if (content === undefined) return undefined;
    if (from === '' && content === '') content = to;
    else if (from === '' || !content.includes(from)) return undefined;
    else content = all ? content.split(from).join(to) : content.replace(from, () => to);
  }
  return content;
}
