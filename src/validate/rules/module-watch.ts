/** Rule module-watch: enabled modules of R8 are installed, and what they watch can exist. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { globMatches } from '../../kernel/glob.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import type { ModuleRow, Schema } from '../../registry/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { isIgnored } from '../../workspace/walk.js';
import { registryCell } from '../registry-place.js';
import type { WorkspaceRule } from '../rule.js';

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

/** @param modules the installed ones; `undefined` if the caller does not know them. */
function nameProblem(row: ModuleRow, modules: readonly string[] | undefined): Problem[] {
  if (modules === undefined || modules.includes(row.name)) return [];
  const meant = didYouMean(row.name, modules);
  if (!row.enabled && !row.section && meant === undefined) return [];
  return [
    {
      rule: 'module-watch',
      severity: row.enabled || row.section ? 'warning' : 'info',
      message: `the module ${row.name} is ${row.enabled ? 'enabled, but ' : ''}not installed: ${consequenceOf(row)}`,
      expected: modules.join(', ') || 'no module',
      actual: row.name,
      hint: row.section
        ? `install it, or remove the section "## Module ${row.name}" (nocturne upgrade does)`
        : (meant ?? 'set Enabled to no'),
    },
  ];
}

/** A section stays active without its module, because it may protect files and declare a log. */
function consequenceOf({ enabled, section }: ModuleRow): string {
  return section && !enabled ? 'nothing uses its section' : 'Nocturne cannot call it';
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
          message: `${row.name} watches ${glob}, which Nocturne does not govern`,
          actual: glob,
          hint: 'a module cannot watch folders such as .git, .nocturne and node_modules',
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
        message: `${row.name} watches ${glob}, which matches no file, route or object`,
        expected: 'a pattern that can match',
        actual: glob,
        hint: 'compare it with nocturne query "SELECT path FROM files"',
      },
    ];
  });
}
