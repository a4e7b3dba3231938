/** Rule orphan-project: every project has a row in the dispatch table, every folder a project. */
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import { captures } from '../../kernel/glob.js';
import type { Schema } from '../../registry/types.js';
import type { Snapshot } from '../../workspace/types.js';
import type { WorkspaceRule } from '../rule.js';

export const orphanProject: WorkspaceRule = {
  kind: 'workspace',
  id: 'orphan-project',
  severity: 'warning',
  suppressible: 'always',
  isTraced: true,
  run: ({ snapshot, schema, facts, unread }) => {
    if (!schema.objects.has('PROJECT') || !schema.objects.has('DISPATCH') || unread.has('DISPATCH'))
      return [];
    const dispatched = new Set(
      snapshot.records('DISPATCH').map((row) => row.fields.get('slug')?.value),
    );
    const found: Diagnostic[] = [];
    for (const path of snapshot.filesOf('PROJECT')) {
      const key = facts.get(path)?.keys.find((fact) => fact.object === 'PROJECT')?.key;
      if (key === undefined || dispatched.has(key)) continue;
      found.push({
        rule: 'orphan-project',
        severity: 'warning',
        message: `the project ${key} has no row in the dispatch table, so no pass works on it`,
        range: fileRange(path),
        expected: `a row for ${key}`,
        actual: 'none',
        hint: 'add a row, with the status paused if the project is not to run yet',
      });
    }
    return [...found, ...emptyFolders(snapshot, schema)];
  },
};

/** Folders of projects with neither a LONGRUNNER.md nor a draft. */
function emptyFolders(snapshot: Snapshot, schema: Schema): Diagnostic[] {
  const glob = schema.objects.get('PROJECT')?.glob ?? '';
  const star = glob.indexOf('/*/');
  if (star < 0 || glob.indexOf('*') !== star + 1) return [];
  const base = glob.slice(0, star + 1);
  const described = new Set(
    ['PROJECT', 'DRAFT'].flatMap((object) =>
      snapshot
        .filesOf(object)
        .map((path) => captures(schema.objects.get(object)?.glob ?? '', path)?.[0]),
    ),
  );
  const found: Diagnostic[] = [];
  let last = '';
  for (const path of snapshot.files.keys()) {
    if (!path.startsWith(base)) continue;
    const folder = path.slice(base.length, Math.max(base.length, path.indexOf('/', base.length)));
    if (folder === '' || folder === last || described.has(folder)) continue;
    last = folder;
    found.push({
      rule: 'orphan-project',
      severity: 'warning',
      message: `${base}${folder} has files, but neither a project nor a draft`,
      range: fileRange(path),
      expected: glob.replace('*', folder),
      actual: 'none',
      hint: `make the project with nocturne project new ${folder}, or move the folder out of ${base.slice(0, -1)}`,
    });
  }
  return found;
}
