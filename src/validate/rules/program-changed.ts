/** Rule program-changed: the programs of projects are those that the owner last saw. */
import { fileRange } from '../../kernel/diagnostic.js';
import { changedPrograms } from '../../integrity/seen-programs.js';
import type { WorkspaceRule } from '../rule.js';

export const programChanged: WorkspaceRule = {
  kind: 'workspace',
  id: 'program-changed',
  severity: 'warning',
  suppressible: 'always',
  run: ({ snapshot, home }) =>
    (home === undefined ? [] : changedPrograms(snapshot, home)).map(
      ({ file, beforeHash = '', afterHash = '' }) => ({
        rule: 'program-changed',
        severity: 'warning' as const,
        message: `${file} changed since you last saw it; passes run it`,
        range: fileRange(file),
        expected: `${beforeHash.slice(0, 12)}…`,
        actual: `${afterHash.slice(0, 12)}…`,
        hint: `nocturne sign ${file} shows what changed and accepts it`,
      }),
    ),
};
