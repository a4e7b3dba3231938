/** Rule module-watch: modules of R8 are known, and what they watch can be there. */
import { defined } from '../../kernel/defined.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { globMatches } from '../../kernel/glob.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import type { ModuleRow, Schema } from '../../registry/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { isIgnored } from '../../workspace/walk.js';
import { registryCell } from '../registry-place.js';
import type { WorkspaceRule } from '../rule.js';

/** Every module that there is; an installation may lack some of them. */
const KNOWN = ['completion', 'improve', 'inbound', 'knowledge', 'memory', 'mesh', 'plans'];
const NAME_COLUMN = 0;
const WATCHES_COLUMN = 1;

export const moduleWatch: WorkspaceRule = {
  kind: 'workspace',
  id: 'module-watch',
  severity: 'warning',
  suppressible: 'always',
  run: ({ snapshot, schema, modules }) =>
    schema.modules.flatMap((row) => [
      ...nameProblem(row, modules).map((problem) => ({
        ...problem,
        range: registryCell(snapshot, row.range, NAME_COLUMN),
      })),
      ...watchProblems(snapshot, schema, row).map((problem) => ({
        ...problem,
        range: registryCell(snapshot, row.range, WATCHES_COLUMN),
      })),
    ]),
};

type Problem = Omit<Diagnostic, 'range'>;

/** @param modules the installed ones; `undefined` when that is not known here. */
function nameProblem(row: ModuleRow, modules: readonly string[] | undefined): Problem[] {
  const installed = modules ?? [];
  const severity = row.enabled ? 'warning' : 'info';
  if (!KNOWN.includes(row.name) && !installed.includes(row.name)) {
    return [
      {
        rule: 'module-watch',
        severity,
        message: `there is no module ${row.name}`,
        expected: KNOWN.join(', '),
        actual: row.name,
        ...defined({ hint: didYouMean(row.name, KNOWN) }),
      },
    ];
  }
  if (!row.enabled || modules === undefined || installed.includes(row.name)) return [];
  return [
    {
      rule: 'module-watch',
      severity,
      message: `the module ${row.name} is enabled, but not installed: nothing is called`,
      expected: installed.join(', ') || 'no module',
      actual: row.name,
      hint: 'set Enabled to no',
    },
  ];
}

/** A module that is off watches nothing, whatever its row says. */
function watchProblems(snapshot: Snapshot, schema: Schema, row: ModuleRow): Problem[] {
  if (!row.enabled) return [];
  return row.watches.flatMap((glob): Problem[] => {
    if (isIgnored(glob))
      return [
        {
          rule: 'module-watch',
          severity: 'warning',
          message: `${row.name} watches ${glob}, which is not governed`,
          actual: glob,
          hint: 'folders such as .git, .nocturne and node_modules cannot be watched',
        },
      ];
    const planned = [
      ...schema.routes.map((route) => route.pattern),
      ...[...schema.objects.values()].map((object) => object.glob),
    ].includes(glob);
    if (planned) return [];
    for (const path of snapshot.files.keys()) if (globMatches(glob, path)) return [];
    return [
      {
        rule: 'module-watch',
        severity: 'warning',
        message: `${row.name} watches ${glob}, and no file, route or object is there`,
        expected: 'a pattern that can match',
        actual: glob,
        hint: 'compare it with nocturne query "SELECT path FROM files"',
      },
    ];
  });
}
