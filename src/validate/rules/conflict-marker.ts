/** Rule conflict-marker: no page has two versions of the same lines. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { rangeAt } from '../../kernel/text-position.js';
import { conflicts } from '../../markdown/conflict-markers.js';
import { lineStartsOf } from '../../markdown/line-starts.js';
import type { Fence } from '../../markdown/types.js';
import type { GovernedFile } from '../governed-file.js';
import type { FileRule } from '../rule.js';

export const conflictMarker: FileRule = {
  kind: 'file',
  id: 'conflict-marker',
  severity: 'error',
  suppressible: 'never',
  run: (file) => {
    const { text } = file;
    if (text === undefined) return [];
    const found = conflicts(text, examplesIn(file));
    if (found.length === 0) return [];
    const map = { starts: lineStartsOf(text), length: text.length };
    return found.map(
      (span): Diagnostic => ({
        rule: 'conflict-marker',
        severity: 'error',
        message: 'git could not merge these lines and left both versions here',
        range: rangeAt(map, file.path, span.start, span.end),
        expected: 'one version',
        hint: 'keep the lines that are right, and delete the others and the lines <<<<<<<, ======= and >>>>>>>',
      }),
    );
  },
};

/** A page without records may explain in a fence what such lines are. */
function examplesIn({ doc, objects }: GovernedFile): readonly Fence[] {
  return objects.length === 0 ? (doc?.fences ?? []) : [];
}
