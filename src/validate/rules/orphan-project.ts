/** Rule orphan-project: every project has a row in the dispatch table, every folder a project. */
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import { posix } from 'node:path';
import { defined } from '../../kernel/defined.js';
import { captures } from '../../kernel/glob.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import type { Schema } from '../../registry/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { renamedPage, renameHint } from '../renamed-page.js';
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
    const projects = snapshot.filesOf('PROJECT').flatMap((path) => {
      const key = facts.get(path)?.keys.find((fact) => fact.object === 'PROJECT')?.key;
      return key === undefined ? [] : [{ path, key }];
    });
    const orphans = projects.filter(({ key }) => !dispatched.has(key));
    const known = new Set<string | undefined>(projects.map(({ key }) => key));
    const missing = [...dispatched].filter((slug) => slug !== undefined && !known.has(slug));
    // Of several, nobody knows which one it was.
    const [renamed] = orphans.length === 1 && missing.length === 1 ? missing : [];
    const found = orphans.map(({ path, key }): Diagnostic => {
      const folder = posix.dirname(path);
      const before = posix.join(posix.dirname(folder), renamed ?? '');
      return {
        rule: 'orphan-project',
        severity: 'warning',
        message: `the project ${key} has no row in the dispatch table, so no pass works on it`,
        range: fileRange(path),
        expected: `a row for ${key}`,
        actual: 'none',
        hint:
          renamed === undefined
            ? 'add a row, with the status paused if the project is not to run yet'
            : renameHint(before, folder),
      };
    });
    return [...found, ...emptyFolders(snapshot, schema), ...strayRepositories(snapshot)];
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
    const page = glob.replace('*', folder);
    const renamed = renamedPage(snapshot, schema.objects.get('PROJECT'), page);
    found.push({
      rule: 'orphan-project',
      severity: 'warning',
      message: `${base}${folder} has files, but neither a project nor a draft`,
      range: fileRange(path),
      expected: page,
      actual: 'none',
      hint:
        renamed === undefined
          ? `make the project with nocturne project new ${folder}, or move the folder out of ${base.slice(0, -1)}`
          : renameHint(page, renamed),
    });
  }
  return found;
}

/** Repositories that no pass gets, because they are named after nothing that exists. */
function strayRepositories(snapshot: Snapshot): Diagnostic[] {
  const known = ['PROJECT', 'DRAFT'].flatMap((object) =>
    snapshot.records(object).map(({ key }) => key),
  );
  return snapshot
    .records('REPOSITORY')
    .filter(({ key }) => !known.includes(key))
    .map((record) => ({
      rule: 'orphan-project',
      severity: 'warning',
      message: `${record.key} has a repository, but is not a project`,
      range: record.fields.get('id')?.range ?? record.range,
      expected: 'the name of a project',
      actual: record.key,
      ...defined({ hint: didYouMean(record.key, known) }),
    }));
}
