/**
 * The two parts of REGISTRY.md that the gate needs, R1 (which files are logs) and R3 (which files
 * are protected), without the rest of a long file. `loadSchema` reads a page that is not plain or
 * has a mistake, so this shortcut never reads a page differently.
 */
import { scan } from '../markdown/scan.js';
import { checkLeastProtection } from '../registry/least-protection.js';
import { OBJECT_COLUMNS } from '../registry/load-objects.js';
import { loadRoutes } from '../registry/load-routes.js';
import { loadSchema } from '../registry/load-schema.js';
import {
  checkModuleSections,
  checkStrayRows,
  MODULE_HEADING,
  partsOf,
} from '../registry/registry-part.js';
import { cellOf, type Report, rowsOf } from '../registry/registry-table.js';
import type { Schema } from '../registry/types.js';
import type { GateFinding } from './gate-report.js';
import { registryFindings } from './registry-findings.js';

/** `logs`: globs of the log objects. */
export type GateSchema = {
  /** Only with routes after the shortcut. */
  readonly schema: Schema;
  readonly logs: readonly string[];
  readonly findings: readonly GateFinding[];
};

/** A pass asks the gate several times about the same text. */
let last: { readonly text: string; readonly read: GateSchema } | undefined;

export function readGateSchema(text: string): GateSchema {
  if (last?.text !== text) last = { text, read: readPlainly(text) ?? readWholly(text) };
  return last.read;
}

function readWholly(text: string): GateSchema {
  const { schema, diagnostics } = loadSchema(text);
  return { schema, logs: logGlobs(schema), findings: registryFindings(text, diagnostics) };
}

/** Globs of the objects that are logs. */
export function logGlobs(schema: Schema): string[] {
  return [...schema.objects.values()]
    .filter((object) => object.shape === 'log')
    .map((object) => object.glob);
}

/**
 * HTML, front matter and fences other than those of R6 can hide a heading. Underlines and other
 * blanks around `#` make other headings. Without these, exactly the lines that begin with `# `, `##
 * ` or `### ` are headings of these levels.
 */
const NOT_PLAIN = /^ {0,3}(?:`{3}|~~~|<|-+[ \t]*$|=+[ \t]*$|#+(?: {2}|[\t]|$))|^ {1,3}#/m;
/** These end a line for a regex or for the scanner, but not for both. */
const ODD_LINE_END = /[\u2028\u2029]|\r(?!\n)/;
const QUERY = /^```sql\r?\n[^`]*^```\r?$/gm;
const SHAPES = new Set(['document', 'table', 'log', 'section']);

function readPlainly(text: string): GateSchema | undefined {
  if (!text.startsWith('# ') || ODD_LINE_END.test(text)) return undefined;
  const plain = text.replace(QUERY, '');
  if (NOT_PLAIN.test(plain)) return undefined;
  const report: Report = {
    doc: scan(protectionOnly(plain)),
    file: 'REGISTRY.md',
    diagnostics: [],
    unread: new Set(),
  };
  const rows = partsOf(report, 'R1').flatMap((part) => rowsOf(report, part, OBJECT_COLUMNS));
  const bundles = new Map(
    [...plain.matchAll(/^####? (.*)$/gm)].map(([, name = '']) => [name.trim(), true]),
  );
  const routes = loadRoutes(report, bundles);
  checkModuleSections(report);
  checkStrayRows(report);
  const schema: Schema = {
    file: report.file,
    objects: new Map(),
    routes,
    edges: [],
    bundles: new Map(),
    rules: [],
    modules: [],
  };
  const objects = rows.map((row) => ({
    object: cellOf(row, 'object').value,
    shape: cellOf(row, 'shape').value,
    glob: cellOf(row, 'files').value,
  }));
  checkLeastProtection(report, schema, objects);
  if (report.diagnostics.length > 0) return undefined;
  const names = new Set(objects.map(({ object }) => object));
  if (
    names.size < rows.length ||
    objects.some(({ shape, glob }) => !SHAPES.has(shape) || glob === '')
  )
    return undefined;
  const logs = objects.filter(({ shape }) => shape === 'log').map(({ glob }) => glob);
  return { schema, logs, findings: [] };
}

/** The headings of three levels, and everything below R1 and R3. */
function protectionOnly(plain: string): string {
  let inModule = false;
  let isSought = false;
  return plain
    .split(/^(?=#{1,3} )/m)
    .map((section) => {
      const end = section.indexOf('\n');
      const heading = end === -1 ? section : section.slice(0, end + 1);
      const depth = heading.indexOf(' ');
      const title = heading.slice(depth + 1).trim();
      if (depth <= 2) inModule = depth === 2 && MODULE_HEADING.test(title);
      if (depth <= 2 || inModule) isSought = depth > 1 && /^R[13]\b/.test(title);
      return isSought ? section : `${heading}\n`;
    })
    .join('');
}
