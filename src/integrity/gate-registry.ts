/**
 * The two parts of REGISTRY.md that the gate needs, R1 (which files are logs) and R3 (which files
 * are protected), without reading the
 * rest of a long file. Whatever is not plain, or has a mistake in it, is left to `loadSchema`: this
 * is a shortcut, never another reading.
 */
import { scan } from '../markdown/scan.js';
import { OBJECT_COLUMNS } from '../registry/load-objects.js';
import { loadRoutes } from '../registry/load-routes.js';
import { loadSchema } from '../registry/load-schema.js';
import { cellOf, partOf, type Report, rowsOf } from '../registry/registry-table.js';
import type { Schema } from '../registry/types.js';
import type { GateFinding } from './gate-report.js';
import { registryFindings } from './registry-findings.js';

/** `logs`: globs of the log objects. */
export type GateSchema = {
  /** Routes only, when they were enough. */ readonly schema: Schema;
  readonly logs: readonly string[];
  readonly findings: readonly GateFinding[];
};

export function readGateSchema(text: string): GateSchema {
  return readPlainly(text) ?? readWholly(text);
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
 * Fences, HTML and front matter can hide a heading; underlines, and other blanks around `#`, make
 * other headings; a lone `\r` or a Unicode line separator is a
 * line's end to only one of a regex and the scanner. Without these `## ` at the beginning of a line
 * is a heading, and only `# ` is another of its level or above.
 */
const NOT_PLAIN =
  /^ {0,3}(?:`{3}|~~~|<|-+[ \t]*$|=+[ \t]*$|#+(?: {2}|[\t]|$))|^ {1,3}#|[\u2028\u2029]|\r(?!\n)/m;
const SHAPES = new Set(['document', 'table', 'log', 'section']);

function readPlainly(text: string): GateSchema | undefined {
  const [r1, r3] = [partText(text, 'R1'), partText(text, 'R3')];
  if (
    !text.startsWith('# ') ||
    r1 === undefined ||
    r3 === undefined ||
    r1.end > r3.start ||
    NOT_PLAIN.test(text.slice(0, r3.end))
  )
    return undefined;
  const report: Report = {
    doc: scan(`${text.slice(r1.start, r1.end)}\n${text.slice(r3.start, r3.end)}`),
    file: 'REGISTRY.md',
    diagnostics: [],
    unread: new Set(),
  };
  const part = partOf(report, 'R1');
  if (part === undefined) return undefined;
  const rows = rowsOf(report, part, OBJECT_COLUMNS);
  const bundles = new Map(linesFrom(text, '### ').map((name) => [name.trim(), true]));
  const routes = loadRoutes(report, bundles);
  if (report.diagnostics.length > 0) return undefined;
  const names = new Set(rows.map((row) => cellOf(row, 'object').value));
  if (
    names.size < rows.length ||
    rows.some((row) => !SHAPES.has(cellOf(row, 'shape').value) || cellOf(row, 'files').value === '')
  )
    return undefined;
  const logs = rows
    .filter((row) => cellOf(row, 'shape').value === 'log')
    .map((row) => cellOf(row, 'files').value);
  return {
    schema: {
      file: report.file,
      objects: new Map(),
      routes,
      edges: [],
      bundles: new Map(),
      rules: [],
      modules: [],
    },
    logs,
    findings: [],
  };
}

/**
 * From the one line `## NAME …` to the next heading of its level or above. `undefined` when there
 * is none or more than one.
 */
function partText(
  text: string,
  name: string,
): { readonly start: number; readonly end: number } | undefined {
  const line = `\n## ${name}`;
  const start = text.indexOf(line);
  if (
    start === -1 ||
    text.indexOf(line, start + 1) !== -1 ||
    !/[ \n]/.test(text.charAt(start + line.length))
  )
    return undefined;
  const ends = ['\n# ', '\n## ']
    .map((heading) => text.indexOf(heading, start + 1))
    .filter((at) => at !== -1);
  return { start: start + 1, end: Math.min(text.length, ...ends) };
}

/** What follows `mark` on the lines that begin with it. */
function linesFrom(text: string, mark: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf(`\n${mark}`); at !== -1; at = text.indexOf(`\n${mark}`, at + 1)) {
    const end = text.indexOf('\n', at + 1);
    found.push(text.slice(at + 1 + mark.length, end === -1 ? text.length : end));
  }
  return found;
}
