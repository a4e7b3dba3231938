/** R3, R4 and R8: how files may be written, what depends on what, and which modules watch. */
import {
  cellOf,
  complain,
  isInsideGlob,
  isUnread,
  listOf,
  partOf,
  type Report,
  rowsOf,
} from './registry-table.js';
import { type Edge, EDGE_KINDS, type ModuleRow, type Route, TIERS } from './types.js';

export const ROUTE_COLUMNS = ['Pattern', 'Tier', 'Bundle', 'Note'];
export const EDGE_COLUMNS = ['Source', 'Edge', 'Target', 'Note'];
export const MODULE_COLUMNS = ['Module', 'Watches', 'Enabled'];

export function loadRoutes(report: Report, bundles: ReadonlyMap<string, unknown>): Route[] {
  const part = partOf(report, 'R3');
  if (part === undefined) return [];
  const routes: Route[] = [];
  for (const row of rowsOf(report, part, ROUTE_COLUMNS)) {
    const pattern = cellOf(row, 'pattern');
    const tier = TIERS.find((one) => one === cellOf(row, 'tier').value);
    if (tier === undefined) {
      complain(report, cellOf(row, 'tier').range, `the tier of ${pattern.value} is not known`, {
        expected: TIERS.join(', '),
        actual: cellOf(row, 'tier').value,
      });
      continue;
    }
    if (!isInsideGlob(pattern.value))
      complain(report, pattern.range, 'a route needs a pattern inside the workspace', {
        actual: pattern.value,
      });
    if (routes.some((route) => route.pattern === pattern.value))
      complain(report, pattern.range, `the pattern ${pattern.value} is routed twice`, {
        hint: 'remove one of the two rows',
      });
    const names = listOf(cellOf(row, 'bundle').value);
    for (const name of names) {
      if (!bundles.has(name) && !isUnread(report, 'R5'))
        complain(
          report,
          cellOf(row, 'bundle').range,
          `the route of ${pattern.value} names the bundle "${name}", which R5 does not declare`,
          { expected: 'a bundle of R5, or -', actual: name },
        );
    }
    routes.push({
      pattern: pattern.value,
      tier,
      bundles: names,
      note: cellOf(row, 'note').value,
      range: row.range,
    });
  }
  return routes;
}

export function loadEdges(report: Report): Edge[] {
  const part = partOf(report, 'R4');
  if (part === undefined) return [];
  const edges: Edge[] = [];
  for (const row of rowsOf(report, part, EDGE_COLUMNS)) {
    const kind = EDGE_KINDS.find((one) => one === cellOf(row, 'edge').value);
    const [source, target] = [cellOf(row, 'source').value, cellOf(row, 'target').value];
    if (kind === undefined) {
      complain(
        report,
        cellOf(row, 'edge').range,
        `the kind of the edge from ${source} is not known`,
        { expected: EDGE_KINDS.join(', '), actual: cellOf(row, 'edge').value },
      );
      continue;
    }
    if (source === '' || target === '') {
      complain(report, row.range, 'an edge needs two ends', {
        expected: 'a file, a glob, OBJECT:NAME or BUNDLE:name at both ends',
      });
      continue;
    }
    edges.push({ source, kind, target, note: cellOf(row, 'note').value, range: row.range });
  }
  return edges;
}

export function loadModules(report: Report): ModuleRow[] {
  const part = partOf(report, 'R8');
  if (part === undefined) return [];
  const modules: ModuleRow[] = [];
  for (const row of rowsOf(report, part, MODULE_COLUMNS)) {
    const name = cellOf(row, 'module');
    const enabled = cellOf(row, 'enabled');
    if (enabled.value !== 'yes' && enabled.value !== 'no')
      complain(report, enabled.range, `Enabled of the module ${name.value} is "${enabled.value}"`, {
        expected: 'yes or no',
        actual: enabled.value,
        hint: 'until it is, the module is off',
      });
    if (modules.some((module) => module.name === name.value))
      complain(report, name.range, `the module ${name.value} is declared twice`, {
        hint: 'remove one of the two rows',
      });
    else
      modules.push({
        name: name.value,
        watches: listOf(cellOf(row, 'watches').value),
        enabled: enabled.value === 'yes',
        range: row.range,
      });
  }
  return modules;
}
