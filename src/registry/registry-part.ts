/**
 * Finds the parts of REGISTRY.md: `## R1` … `## R8` of the core, and one level deeper those of each
 * `## Module NAME`.
 */
import { brokenTable } from '../markdown/broken-table.js';
import { scopeOf } from '../markdown/find-records.js';
import { unspaced } from '../markdown/near-heading.js';
import type { Doc, Heading, Span } from '../markdown/types.js';
import { splitRow } from '../markdown/split-row.js';
import { strayRowProblem, strayRows } from '../markdown/stray-rows.js';
import { complain, ownerOf, type Part, type Report, rangeIn } from './registry-table.js';

export const MODULE_HEADING = /^Module ([a-z][a-z0-9-]*)$/;
/** The parts that a module may have. R7 describes Nocturne's own change log. */
const MODULE_PARTS = ['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R8'];

/** The parts of that name, first that of the core; none or two in the core is a diagnostic. */
export function partsOf(report: Report, name: string): Part[] {
  const core = corePart(report, name);
  const ofModules = modulesOf(report).flatMap(({ parts }) =>
    parts.filter((part) => partName(part.heading) === name),
  );
  return core === undefined ? ofModules : [core, ...ofModules];
}

/** The parts one level below a part, such as bundles and rules. */
export function subParts(doc: Doc, part: Part): Part[] {
  return partsAt(doc, part, part.heading.depth + 1);
}

/** Checks the structure of the module sections. */
export function checkModuleSections(report: Report): void {
  const { headings } = report.doc;
  const modules = modulesOf(report);
  for (const [i, { name, part, parts }] of modules.entries()) {
    const range = rangeIn(report, part.heading);
    if (modules.findIndex((other) => other.name === name) < i)
      complain(report, range, `the module ${name} has two sections`, {
        hint: 'remove one of the two',
      });
    for (const [j, { heading }] of parts.entries()) {
      const own = partName(heading);
      const place = rangeIn(report, heading);
      if (own === undefined || !MODULE_PARTS.includes(own))
        complain(report, place, `the module ${name} has a part "${heading.text}"`, {
          expected: MODULE_PARTS.join(', '),
          actual: heading.text,
        });
      else if (parts.findIndex((other) => partName(other.heading) === own) < j)
        complain(report, place, `the module ${name} has two parts ${own}`, {
          hint: 'combine the two parts under one heading',
        });
    }
  }
  const misnamed = new Set<Heading>();
  for (const heading of headings) {
    const inModule = modules.some(
      ({ part }) => heading.start >= part.start && heading.start < part.end,
    );
    if (heading.depth === 2 || inModule || partName(heading) === undefined) continue;
    const above = headings.findLast(({ start, depth }) => start < heading.start && depth < 3);
    if (above !== undefined && /^modul/i.test(above.text)) misnamed.add(above);
    else
      complain(
        report,
        rangeIn(report, heading),
        `"${heading.text}" is not in the section of a module`,
        { expected: 'a heading "## Module NAME" above it', actual: heading.text },
      );
  }
  for (const heading of misnamed)
    complain(report, rangeIn(report, heading), 'this is not read as the heading of a module', {
      expected: '## Module NAME, with the name in small letters',
      actual: report.doc.text.slice(heading.start, heading.end),
    });
}

/** `R1` of `R1 Objects`. */
export function partName(heading: Heading): string | undefined {
  return /^R[1-8]\b/.exec(heading.text)?.[0];
}

/** The module whose section contains a part. */
export function moduleOf(report: Report, part: Part): string | undefined {
  return modulesOf(report).find(
    (module) => part.start > module.part.start && part.start < module.part.end,
  )?.name;
}

type ModuleSection = {
  readonly name: string;
  readonly part: Part;
  readonly parts: readonly Part[];
};

function modulesOf({ doc }: Report): ModuleSection[] {
  return doc.headings.flatMap((heading): ModuleSection[] => {
    const name = heading.depth === 2 ? MODULE_HEADING.exec(heading.text)?.[1] : undefined;
    if (name === undefined) return [];
    const part = { heading, ...scopeOf(doc, heading) };
    return [{ name, part, parts: partsAt(doc, part, 3) }];
  });
}

function corePart(report: Report, name: string): Part | undefined {
  const found = report.doc.headings.filter(
    (heading) => heading.depth === 2 && partName(heading) === name,
  );
  const [first, second] = found;
  if (first === undefined) {
    report.unread.add(name);
    const near = renamedPart(report.doc, name);
    complain(
      report,
      rangeIn(report, near ?? { start: 0, end: 0 }),
      `REGISTRY.md has no part ${name}`,
      {
        expected: `## ${name} ${PART_TITLES[name] ?? ''}`,
        hint:
          near === undefined
            ? 'restore the heading, or copy the part from the shipped REGISTRY.md'
            : `write this heading as "## ${name} ${PART_TITLES[name] ?? ''}"`,
      },
    );
    return undefined;
  }
  if (second !== undefined)
    complain(report, rangeIn(report, second), `REGISTRY.md has two parts ${name}`, {
      expected: 'one heading for each part',
      hint: 'combine the two parts under one heading',
    });
  return { heading: first, ...scopeOf(report.doc, first) };
}

const PART_TITLES: Readonly<Record<string, string>> = {
  R1: 'Objects',
  R2: 'Fields',
  R3: 'Routes',
  R4: 'Edges',
  R5: 'Bundles',
  R6: 'Rules',
  R7: 'Change log',
  R8: 'Modules',
};

/** The heading of a part without its number, at another depth, or without its space. */
function renamedPart(doc: Doc, name: string): Heading | undefined {
  const title = (PART_TITLES[name] ?? '').toLowerCase();
  return [...doc.headings, ...unspaced(doc)].find(({ depth, text }) => {
    const words = text.toLowerCase();
    return depth < 4 && (words === title || words.startsWith(name.toLowerCase()));
  });
}

function partsAt(doc: Doc, within: Part, depth: number): Part[] {
  return doc.headings
    .filter(
      (heading) =>
        heading.depth === depth && heading.start >= within.start && heading.start < within.end,
    )
    .map((heading) => ({ heading, ...scopeOf(doc, heading) }));
}

/** Rows of a table that breaks at its header, or rows that are cut off. */
function complainOfRows(report: Report, rows: readonly Span[], heading: Heading | undefined): void {
  const { doc } = report;
  const [first] = rows;
  const start = heading?.end ?? 0;
  const end = rows.at(-1)?.end ?? start;
  if (first === undefined) return;
  const isFirst = !doc.tables.some((table) => table.start >= start && table.start < first.start);
  const broken = isFirst ? brokenTable(doc, { start, end }) : undefined;
  const { message, ...more } = broken ?? strayRowProblem(rows);
  const { expected, hint } = more;
  complain(report, rangeIn(report, broken?.span ?? first), message, { expected, hint });
}

/** A row that a blank line or an indent has cut off its table would silently not apply. */
export function checkStrayRows(report: Report): void {
  const { doc } = report;
  for (const rows of strayRows(doc, { start: 0, end: doc.text.length })) {
    const [first] = rows;
    if (first === undefined) continue;
    const above = doc.headings.filter((heading) => heading.start < first.start);
    const part = above.findLast((heading) => partName(heading) !== undefined);
    const name = part === undefined ? undefined : partName(part);
    const sub = above.at(-1);
    complainOfRows(report, rows, sub);
    if (name === undefined || sub === undefined) continue;
    for (const { start, end } of rows) {
      const cells = splitRow(doc.text, start, end);
      report.unread.add(ownerOf(doc, cells, name === 'R5' ? sub.text : name));
    }
  }
}
