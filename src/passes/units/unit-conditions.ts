/** What a unit has to prove: its criteria, and the files that it produces. */
import type { Unit } from '../../governance/unit.js';
import type { AssertionResult } from '../../governance/types.js';
import { globMatches } from '../../kernel/glob.js';
import { parseConditions } from '../../project/condition-parse.js';
import type { Condition } from '../../project/condition-types.js';
import type { Snapshot } from '../../workspace/types.js';

/** The module that offers a unit has read its page, and said where it is wrong. */
const RANGE = { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 };

export function unitConditions({ criteria }: Unit): readonly Condition[] {
  return parseConditions(criteria, { range: RANGE }).assertions;
}

/** One assertion for each glob. */
export function producedBy({ produces }: Unit, snapshot: Snapshot): readonly AssertionResult[] {
  return produces.map((glob) => {
    const found = matching(snapshot, [glob]);
    const holds = found.length > 0;
    return {
      assertion: `file_exists: ${glob}`,
      holds,
      expected: 'at least 1 file',
      found: holds ? found.join(', ') : 'no file',
      distance: holds ? 0 : 1,
    };
  });
}

/** Paths of files, in their order. */
export function matching(snapshot: Snapshot, globs: readonly string[]): readonly string[] {
  if (globs.length === 0) return [];
  return [...snapshot.files.values()]
    .filter(({ kind, path }) => kind === 'file' && globs.some((glob) => globMatches(glob, path)))
    .map(({ path }) => path);
}

/** Each file with its SHA-256. */
export function hashesOf(
  snapshot: Snapshot,
  paths: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const hash = snapshot.hash(path);
      return hash === undefined ? [] : [[path, hash] as const];
    }),
  );
}
