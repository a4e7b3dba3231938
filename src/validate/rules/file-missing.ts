/** Rule file-missing: files that REGISTRY.md names without a wildcard exist and can be read. */
import { existsSync } from '../../kernel/files.js';
import { join } from 'node:path';
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import { isLiteral } from '../../kernel/glob.js';
import { routeOf } from '../../registry/route.js';
import { MOST_READ } from '../../workspace/file-content.js';
import type { Snapshot } from '../../workspace/types.js';
import { contentKind } from '../content-kind.js';
import { registryCell } from '../registry-place.js';
import type { FileRule, WorkspaceRule } from '../rule.js';

const FILES_COLUMN = 1;
const PATTERN_COLUMN = 0;

export const fileMissing: WorkspaceRule = {
  kind: 'workspace',
  id: 'file-missing',
  severity: 'error',
  // `expected` is the missing path.
  suppressible: (diagnostic, schema) =>
    routeOf(schema, diagnostic.expected ?? diagnostic.range.file).tier !== 'PROTECTED',
  run: ({ snapshot, schema, facts }) => {
    const found: Diagnostic[] = [];
    const missed = new Set<string>();
    for (const object of schema.objects.values()) {
      if (!isLiteral(object.glob)) continue;
      const problem = problemWith(snapshot, object.glob);
      if (problem === undefined || missed.has(object.glob)) continue;
      missed.add(object.glob);
      const hint =
        problem === MISSING
          ? 'run nocturne upgrade: it restores every page that Nocturne ships and passes need'
          : 'replace it with a regular file';
      found.push({
        rule: 'file-missing',
        severity: 'error',
        message: `${object.glob} ${problem}; R1 reads the records of ${object.object} from it`,
        range: registryCell(snapshot, object.range, FILES_COLUMN),
        expected: object.glob,
        actual: problem,
        hint,
      });
    }
    for (const route of schema.routes) {
      if (route.tier !== 'PROTECTED' || !isLiteral(route.pattern) || missed.has(route.pattern))
        continue;
      const problem = problemWith(snapshot, route.pattern);
      if (problem !== undefined)
        found.push({
          rule: 'file-missing',
          severity: 'error',
          message: `${route.pattern} ${problem}; R3 protects it`,
          range: registryCell(snapshot, route.range, PATTERN_COLUMN),
          expected: route.pattern,
          actual: problem,
          hint: 'run nocturne upgrade: it restores every page that Nocturne ships and passes need',
        });
    }
    return [...found, ...unreadable(snapshot, facts)];
  },
};

/** `git clone` without git-lfs leaves three lines in the place of a file. */
export const contentElsewhere: FileRule = {
  ...fileMissing,
  kind: 'file',
  run: ({ path, text }) =>
    text?.startsWith('version https://git-lfs.github.com/spec/') === true
      ? [
          {
            rule: 'file-missing',
            severity: 'error',
            message: `${path} is a pointer of git-lfs; the content of the page is not here`,
            range: fileRange(path),
            expected: path,
            actual: 'a pointer of git-lfs',
            hint: 'run git lfs pull, and exclude markdown from git-lfs in .gitattributes',
          },
        ]
      : [],
};

const MISSING = 'is missing';

function problemWith(snapshot: Snapshot, path: string): string | undefined {
  const entry = snapshot.files.get(path);
  if (entry === undefined) return MISSING;
  if (entry.kind === 'symlink') return 'is a symbolic link, which Nocturne does not follow';
  return entry.kind === 'other' ? 'is not a regular file' : undefined;
}

/** Governed files that cannot be read. */
function unreadable(snapshot: Snapshot, facts: ReadonlyMap<string, unknown>): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const entry of snapshot.files.values()) {
    if (entry.kind !== 'file' || facts.has(entry.path) || contentKind(entry.path) === 'binary')
      continue;
    if (
      routeOf(snapshot.schema, entry.path).tier === 'CODE' &&
      snapshot.objectsOf(entry.path).length === 0
    )
      continue;
    // A file that was deleted after the walk is not reported, and a large one is not read.
    if (entry.size > MOST_READ && snapshot.objectsOf(entry.path).length === 0) continue;
    if (snapshot.bytes(entry.path) === undefined && existsSync(join(snapshot.root, entry.path)))
      found.push({
        rule: 'file-missing',
        severity: 'error',
        message: `${entry.path} cannot be read`,
        range: fileRange(entry.path),
        expected: entry.path,
        actual: 'no permission to read it',
        hint: 'make it readable for the user who runs Nocturne',
      });
  }
  return found;
}
