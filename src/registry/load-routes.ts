/** R3, R4 and R8: how files may be written, what depends on what, and what modules watch. */
import {
  cellOf,
  complain,
  globMistake,
  isInsideGlob,
  isUnread,
  listOf,
  type RegistryRow,
  type Report,
  rowsOf,
} from './registry-table.js';
import { moduleOf, partsOf } from './registry-part.js';
import { type Edge, EDGE_KINDS, type ModuleRow, type Route, TIERS } from './types.js';

export const ROUTE_COLUMNS = ['Pattern', 'Tier', 'Bundle', 'Note'];
export const EDGE_COLUMNS = ['Source', 'Edge', 'Target', 'Note'];
export const MODULE_COLUMNS = ['Module', 'Watches', 'Enabled'];

export function loadRoutes(report: Report, bundles: ReadonlyMap<string, unknown>): Route[] {
  const routes: Route[] = [];
  for (const part of partsOf(report, 'R3')) {
    const ofModule = moduleOf(report, part) !== undefined;
    for (const row of rowsOf(report, part, ROUTE_COLUMNS)) {
      const route = readRoute(report, row, bundles);
      if (route === undefined) continue;
      const index = routes.findIndex((other) => other.pattern === route.pattern);
      const first = routes[index];
      if (first !== undefined && ofModule && extendsRoute(first, route))
        routes[index] = { ...first, bundles: [...new Set([...first.bundles, ...route.bundles])] };
      else {
        if (first !== undefined)
          complain(
            report,
            cellOf(row, 'pattern').range,
            `the pattern ${route.pattern} is routed twice`,
            { hint: 'remove one of the two rows' },
          );
        routes.push(route);
      }
    }
  }
  return routes;
}

/** A module may add its own bundles to a route, and change nothing else of it. */
function extendsRoute(first: Route, route: Route): boolean {
  return first.tier === route.tier && first.bundles.length > 0 && route.bundles.length > 0;
}

function readRoute(
  report: Report,
  row: RegistryRow,
  bundles: ReadonlyMap<string, unknown>,
): Route | undefined {
  const pattern = cellOf(row, 'pattern');
  const tier = TIERS.find((name) => name === cellOf(row, 'tier').value);
  if (tier === undefined) {
    complain(report, cellOf(row, 'tier').range, `the tier of ${pattern.value} is unknown`, {
      expected: TIERS.join(', '),
      actual: cellOf(row, 'tier').value,
    });
    report.unread.add('R3');
    return undefined;
  }
  if (pattern.value.includes('`')) {
    complain(report, pattern.range, `the pattern ${pattern.value} has a backtick without another`, {
      expected: 'two backticks, or none',
    });
    report.unread.add('R3');
    return undefined;
  }
  if (!isInsideGlob(pattern.value))
    complain(report, pattern.range, 'a route needs a pattern inside the workspace', {
      actual: pattern.value,
    });
  const mistake = globMistake(pattern.value);
  if (mistake !== undefined) {
    complain(report, pattern.range, `the pattern ${pattern.value} ${mistake}`, {
      expected: 'a pattern that matches files of the workspace',
      actual: pattern.value,
    });
    report.unread.add('R3');
  }
  const names = listOf(cellOf(row, 'bundle').value);
  if (tier === 'FREE' && names.length > 0)
    complain(report, cellOf(row, 'bundle').range, `${pattern.value} is FREE and names bundles`, {
      expected: '-',
      actual: names.join(', '),
      hint: 'nothing of Nocturne writes a FREE file: remove the bundles, or choose another tier',
    });
  for (const name of names) {
    if (!bundles.has(name) && !isUnread(report, 'R5'))
      complain(
        report,
        cellOf(row, 'bundle').range,
        `the route of ${pattern.value} names the bundle "${name}", which R5 does not declare`,
        { expected: 'a bundle of R5, or -', actual: name },
      );
  }
  return {
    pattern: pattern.value,
    tier,
    bundles: names,
    note: cellOf(row, 'note').value,
    range: row.range,
  };
}

export function loadEdges(report: Report): Edge[] {
  const edges: Edge[] = [];
  for (const row of partsOf(report, 'R4').flatMap((part) => rowsOf(report, part, EDGE_COLUMNS))) {
    const kind = EDGE_KINDS.find((name) => name === cellOf(row, 'edge').value);
    const [source, target] = [cellOf(row, 'source').value, cellOf(row, 'target').value];
    if (kind === undefined) {
      complain(
        report,
        cellOf(row, 'edge').range,
        `the kind of the edge from ${source} is unknown`,
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
  const modules: ModuleRow[] = [];
  const rows = partsOf(report, 'R8').flatMap((part) =>
    rowsOf(report, part, MODULE_COLUMNS).map((row) => ({ row, section: moduleOf(report, part) })),
  );
  for (const { row, section } of rows) {
    const name = cellOf(row, 'module');
    const enabled = cellOf(row, 'enabled');
    if (enabled.value !== 'yes' && enabled.value !== 'no')
      complain(report, enabled.range, `Enabled of the module ${name.value} is "${enabled.value}"`, {
        expected: 'yes or no',
        actual: enabled.value,
        hint: 'until you fix this, the module is off',
      });
    if (section !== undefined && section !== name.value)
      complain(
        report,
        name.range,
        `the section of the module ${section} has a row of another module`,
        {
          expected: section,
          actual: name.value,
        },
      );
    if (modules.some((module) => module.name === name.value))
      complain(report, name.range, `the module ${name.value} is declared twice`, {
        hint: 'remove one of the two rows',
      });
    else
      modules.push({
        name: name.value,
        watches: listOf(cellOf(row, 'watches').value),
        enabled: enabled.value === 'yes',
        section: section === name.value,
        range: row.range,
      });
  }
  return modules;
}
