/** Loads the schema from REGISTRY.md. A mistake is a diagnostic; everything else still applies. */
import { fileRange } from '../kernel/diagnostic.js';
import { scan } from '../markdown/scan.js';
import { checkBundles } from './check-bundles.js';
import { loadBundles, loadRules } from './load-bundles.js';
import { checkLeastProtection, checkValidates } from './least-protection.js';
import { loadObjects } from './load-objects.js';
import { loadEdges, loadModules, loadRoutes } from './load-routes.js';
import { checkModuleSections, checkStrayRows, partsOf } from './registry-part.js';
import type { Report } from './registry-table.js';
import type { LoadedSchema, Schema } from './types.js';

export const REGISTRY_FILE = 'REGISTRY.md';

/** The gate, the snapshot and the rules of one process read the same text, which costs 50 ms. */
let last: { readonly text: string; readonly loaded: LoadedSchema } | undefined;

export function loadSchema(text: string): LoadedSchema {
  if (last?.text !== text) last = { text, loaded: load(text, REGISTRY_FILE) };
  return last.loaded;
}

function load(text: string, file: string): LoadedSchema {
  const report: Report = { doc: scan(text), file, diagnostics: [], unread: new Set() };
  checkStrayRows(report);
  const objects = loadObjects(report);
  const bundles = loadBundles(report);
  const routes = loadRoutes(report, bundles);
  const edges = loadEdges(report);
  const rules = loadRules(report);
  partsOf(report, 'R7');
  checkModuleSections(report);
  const modules = loadModules(report);
  const schema: Schema = { file, objects, routes, edges, bundles, rules, modules };
  checkLeastProtection(report, schema, [...objects.values()]);
  checkValidates(report, schema);
  checkBundles(report, schema);
  return { schema, diagnostics: report.diagnostics };
}

/** The schema without a REGISTRY.md: empty, with one diagnostic. */
export function missingSchema(file: string = REGISTRY_FILE): LoadedSchema {
  const schema: Schema = {
    file,
    objects: new Map(),
    routes: [],
    edges: [],
    bundles: new Map(),
    rules: [],
    modules: [],
  };
  return {
    schema,
    diagnostics: [
      {
        rule: 'registry-syntax',
        severity: 'error',
        message: `${file} is missing or is not UTF-8 text`,
        range: fileRange(file),
        expected: 'the registry of the workspace',
        hint: 'run nocturne init, or restore the file',
      },
    ],
  };
}
