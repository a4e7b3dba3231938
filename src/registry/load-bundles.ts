/** R5 and R6: bundles of operations, and rules as SQL. */
import type { Range, Severity } from '../kernel/diagnostic.js';
import type { Doc, Heading, Span } from '../markdown/types.js';
import { parseFieldType, TYPE_FORMS } from './field-type.js';
import {
  cellOf,
  complain,
  type Part,
  rangeIn,
  type RegistryRow,
  type Report,
  rowsOf,
} from './registry-table.js';
import { partsOf, subParts } from './registry-part.js';
import type {
  Bundle,
  BundleArgument,
  BundleOp,
  BundleOperation,
  Precondition,
  SqlRule,
} from './types.js';
import {
  parsePrecondition,
  parseTarget,
  parseValue,
  PRECONDITION_FORMS,
  VALUE_FORMS,
} from './value-expression.js';

const OPS: readonly BundleOp[] = ['set', 'append', 'insert', 'remove', 'notify'];
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];
export const OPERATION_COLUMNS = ['Op', 'Target', 'Field', 'Value'];

export function loadBundles(report: Report): Map<string, Bundle> {
  const bundles = new Map<string, Bundle>();
  for (const sub of partsOf(report, 'R5').flatMap((part) => subParts(report.doc, part))) {
    const name = headingName(sub.heading);
    const range = rangeIn(report, sub.heading);
    if (!/^[a-z][a-z0-9_]*$/.test(name)) {
      report.unread.add('R5');
      complain(report, range, `"${name}" is not a bundle name`, {
        expected: 'lower-case words joined by _',
      });
    }
    if (bundles.has(name)) {
      complain(report, range, `the bundle ${name} is declared twice`, {
        hint: 'remove one of the two',
      });
      continue;
    }
    const items = itemsOf(report, sub, ['Arguments', 'Preconditions']);
    bundles.set(name, {
      name,
      range,
      arguments: readArguments(report, { bundle: name, item: items.get('arguments') }),
      preconditions: readPreconditions(report, items.get('preconditions')),
      operations: readOperations(report, sub),
    });
  }
  return bundles;
}

/** Without code marks, and without the backslash that formatters put before an underscore. */
function headingName({ text }: Heading): string {
  return text.replace(/`|\\(?=_)/g, '').trim();
}

type Item = { readonly value: string; readonly start: number; readonly end: number };

/** As in the sections of other pages: any list mark, the colon inside or outside the emphasis. */
const ITEM = /^ {0,3}[-*+][ \t]+(\*\*|__)([^*:\n]+?)(?:[ \u00a0]?:\1|\1:)[ \t]*(.*?)[ \t]*\r?$/gm;

/** The `- **Name:** value` lines of a part, outside its fences. The first of two counts. */
function itemsOf(report: Report, part: Part, names: readonly string[]): Map<string, Item> {
  const items = new Map<string, Item>();
  const text = report.doc.text.slice(part.start, part.end);
  for (const found of text.matchAll(ITEM)) {
    const start = part.start + found.index;
    if (report.doc.fences.some((fence) => start >= fence.start && start < fence.end)) continue;
    const end = start + found[0].trimEnd().length;
    const name = (found[2] ?? '').trim();
    if (!names.some((known) => known.toLowerCase() === name.toLowerCase())) {
      report.unread.add(`${headingName(part.heading)}()`);
      complain(
        report,
        rangeIn(report, { start, end }),
        `${part.heading.text} has a line ${name}, which nothing reads`,
        { expected: names.join(', '), actual: name },
      );
    } else if (items.has(name.toLowerCase()))
      complain(
        report,
        rangeIn(report, { start, end }),
        `${part.heading.text} has the line ${name} twice`,
        { expected: `one line "- **${name}:** …"`, hint: 'combine the two lines' },
      );
    else
      items.set(name.toLowerCase(), {
        value: found[3] === '-' ? '' : (found[3] ?? ''),
        start,
        end,
      });
  }
  return items;
}

function readArguments(
  report: Report,
  { bundle, item }: { readonly bundle: string; readonly item: Item | undefined },
): BundleArgument[] {
  if (item === undefined || item.value === '') return [];
  const range = rangeIn(report, item);
  const read: BundleArgument[] = [];
  for (const text of item.value.split(/,(?![^(]*\))/)) {
    const found = /^([a-z][a-z0-9_]*)(\?)?\s*:\s*(.+)$/.exec(text.trim().replace(/`/g, ''));
    const type = parseFieldType(found?.[3] ?? '');
    if (found?.[1] === undefined || type === undefined) {
      report.unread.add(`${bundle}()`);
      complain(report, range, 'an argument cannot be read', {
        expected: `name: TYPE or name?: TYPE, with TYPE ${TYPE_FORMS}`,
        actual: text.trim(),
      });
    } else if (read.some((argument) => argument.name === found[1]))
      complain(report, range, `the argument ${found[1]} is declared twice`);
    else read.push({ name: found[1], type, optional: found[2] === '?' });
  }
  return read;
}

function readPreconditions(report: Report, item: Item | undefined): Precondition[] {
  if (item === undefined || item.value === '') return [];
  const range = rangeIn(report, item);
  const read: Precondition[] = [];
  for (const text of item.value.split(';')) {
    const precondition = parsePrecondition(text.replace(/`/g, ''), range);
    if (precondition === undefined)
      complain(report, range, 'a precondition cannot be read', {
        expected: PRECONDITION_FORMS,
        actual: text.trim(),
      });
    else read.push(precondition);
  }
  return read;
}

function readOperations(report: Report, part: Part): BundleOperation[] {
  const operations: BundleOperation[] = [];
  let previous = '';
  for (const row of rowsOf(report, part, OPERATION_COLUMNS)) {
    const operation = readOperation(report, row);
    if (operation === undefined) {
      report.unread.add(headingName(part.heading));
      continue;
    }
    const same = `${operation.op} ${cellOf(row, 'target').value}`;
    const last = operations.at(-1);
    if (
      last !== undefined &&
      same === previous &&
      operation.op !== 'set' &&
      operation.op !== 'remove'
    )
      operations[operations.length - 1] = {
        ...last,
        fields: [...last.fields, ...operation.fields],
      };
    else operations.push(operation);
    previous = same;
  }
  return operations;
}

function readOperation(report: Report, row: RegistryRow): BundleOperation | undefined {
  const op = OPS.find((name) => name === cellOf(row, 'op').value);
  const target = parseTarget(cellOf(row, 'target').value);
  const value = parseValue(cellOf(row, 'value').value);
  const field = cellOf(row, 'field').value;
  if (op === undefined)
    complain(report, cellOf(row, 'op').range, `"${cellOf(row, 'op').value}" is not an operation`, {
      expected: OPS.join(', '),
    });
  if (target === undefined)
    complain(report, cellOf(row, 'target').range, 'a target cannot be read', {
      expected: 'OBJECT, OBJECT[key] or OBJECT[{argument}]',
      actual: cellOf(row, 'target').value,
    });
  if (value === undefined)
    complain(report, cellOf(row, 'value').range, 'a value cannot be read', {
      expected: VALUE_FORMS,
      actual: cellOf(row, 'value').value,
    });
  const { range } = cellOf(row, 'value');
  if (op !== undefined && op !== 'remove' && range.column === range.endColumn)
    complain(report, range, 'the value is empty', {
      expected: VALUE_FORMS,
      hint: 'write null to empty the field',
    });
  if (op === undefined || target === undefined || value === undefined) return undefined;
  if (field === '' && op !== 'remove')
    complain(report, cellOf(row, 'field').range, `the operation ${op} has no field`);
  return {
    op,
    target,
    fields: field === '' ? [] : [{ field, value, range: row.range }],
    range: row.range,
  };
}

export function loadRules(report: Report): SqlRule[] {
  const rules: SqlRule[] = [];
  for (const sub of partsOf(report, 'R6').flatMap((part) => subParts(report.doc, part))) {
    const range = rangeIn(report, sub.heading);
    const id = headingName(sub.heading);
    const items = itemsOf(report, sub, ['Severity', 'Message', 'Hint']);
    const severity = SEVERITIES.find((name) => name === items.get('severity')?.value);
    const message = items.get('message')?.value ?? '';
    const sql = readQuery(report, sub, id);
    if (!/^[a-z][a-z0-9-]*$/.test(id))
      complain(report, range, `"${id}" is not a rule id`, {
        expected: 'lower-case words joined by -',
      });
    const declared = items.get('severity');
    if (severity === undefined)
      complain(
        report,
        declared === undefined ? range : rangeIn(report, declared),
        declared === undefined
          ? `the rule ${id} has no severity`
          : `"${declared.value}" is not a severity`,
        {
          expected: `- **Severity:** ${SEVERITIES.join(', ')}`,
          actual: declared?.value ?? 'nothing',
        },
      );
    if (message === '')
      complain(report, range, `the rule ${id} has no message`, {
        expected: '- **Message:** text, with {column} for a column of the query',
      });
    if (rules.some((rule) => rule.id === id))
      complain(report, range, `the rule ${id} is declared twice`, {
        hint: 'remove one of the two',
      });
    else if (severity !== undefined && sql !== '')
      rules.push({ id, severity, message, hint: items.get('hint')?.value, sql, range });
  }
  return rules;
}

/** The only block `sql` of a rule. What is wrong is reported at the block, if there is one. */
function readQuery(report: Report, part: Part, id: string): string {
  const { doc } = report;
  const blocks = doc.fences.filter(({ start }) => start >= part.start && start < part.end);
  const queries = blocks.filter(({ info }) => info.toLowerCase() === 'sql');
  const [query] = queries;
  const unclosed = blocks.find(
    (block) => !block.closed || /^(?:```|~~~)\s*\w/m.test(contentOf(doc, block)),
  );
  if (unclosed !== undefined)
    complain(report, openingOf(doc, unclosed), `the block of the rule ${id} does not end`, {
      expected: 'a line ``` below its last line',
      hint: 'add the line ```',
    });
  else if (queries.length !== 1)
    complain(
      report,
      openingOf(doc, queries[1] ?? blocks[0] ?? part.heading),
      `the rule ${id} needs exactly one fenced sql block`,
      { expected: '```sql', actual: `${queries.length} blocks` },
    );
  return query === undefined || unclosed !== undefined ? '' : contentOf(doc, query).trim();

  function openingOf({ text }: Doc, { start }: Span): Range {
    const end = text.indexOf('\n', start);
    return rangeIn(report, { start, end: end === -1 ? text.length : end });
  }
}

function contentOf({ text }: Doc, { contentStart, contentEnd }: Doc['fences'][number]): string {
  return text.slice(contentStart, contentEnd);
}
