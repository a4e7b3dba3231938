/** Rule file-missing: files that REGISTRY.md names without a wildcard exist and can be read. */
import { existsSync } from '../../kernel/files.js';
import { join } from 'node:path';
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import { isLiteral } from '../../kernel/glob.js';
import { routeOf } from '../../registry/route.js';
import type { Snapshot } from '../../workspace/types.js';
import { registryCell } from '../registry-place.js';
import { renamedPage, renameHint } from '../renamed-page.js';
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
  run: ({ snapshot, schema, unreadable }) => {
    const found: Diagnostic[] = [];
    const missed = new Set<string>();
    for (const object of schema.objects.values()) {
      if (!isLiteral(object.glob)) continue;
      const problem = problemWith(snapshot, object.glob);
      if (problem === undefined || missed.has(object.glob)) continue;
      missed.add(object.glob);
      const renamed = problem === MISSING ? renamedPage(snapshot, object, object.glob) : undefined;
      const hint = renamed === undefined ? hintFor(problem) : renameHint(object.glob, renamed);
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
          hint: hintFor(problem),
        });
    }
    return [...found, ...unreadable.flatMap((path) => notRead(snapshot, path))];
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

function hintFor(problem: string): string {
  return problem === MISSING
    ? 'run nocturne upgrade: it restores every page that Nocturne ships and passes need'
    : 'replace it with a regular file';
}

function problemWith(snapshot: Snapshot, path: string): string | undefined {
  const entry = snapshot.files.get(path);
  if (entry === undefined) return MISSING;
  if (entry.kind === 'symlink') return 'is a symbolic link, which Nocturne does not follow';
  return entry.kind === 'other' ? 'is not a regular file' : undefined;
}

/** A file that was deleted after the walk is not reported. */
function notRead(snapshot: Snapshot, path: string): Diagnostic[] {
  if (!existsSync(join(snapshot.root, path))) return [];
  return [
    {
      rule: 'file-missing',
      severity: 'error',
      message: `${path} cannot be read`,
      range: fileRange(path),
      expected: path,
      actual: 'no permission to read it',
      hint: 'make it readable for the user who runs Nocturne',
    },
  ];
}
