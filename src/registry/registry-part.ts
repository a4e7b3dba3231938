/**
 * Finds the parts of REGISTRY.md: `## R1` … `## R8` of the core, and one level deeper those of each
 * `## Module NAME`.
 */
import { scopeOf } from '../markdown/find-records.js';
import type { Doc, Heading } from '../markdown/types.js';
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
  for (const heading of headings) {
    const inModule = modules.some(
      ({ part }) => heading.start >= part.start && heading.start < part.end,
    );
    if (heading.depth !== 2 && !inModule && partName(heading) !== undefined)
      complain(
        report,
        rangeIn(report, heading),
        `"${heading.text}" is not in the section of a module`,
        { expected: 'a heading "## Module NAME" above it', actual: heading.text },
      );
  }
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
    complain(report, rangeIn(report, { start: 0, end: 0 }), `REGISTRY.md has no part ${name}`, {
      expected: `a heading "## ${name} …"`,
      hint: 'restore the heading, or copy the part from the shipped REGISTRY.md',
    });
    return undefined;
  }
  if (second !== undefined)
    complain(report, rangeIn(report, second), `REGISTRY.md has two parts ${name}`, {
      expected: 'one heading for each part',
      hint: 'combine the two parts under one heading',
    });
  return { heading: first, ...scopeOf(report.doc, first) };
}

function partsAt(doc: Doc, within: Part, depth: number): Part[] {
  return doc.headings
    .filter(
      (heading) =>
        heading.depth === depth && heading.start >= within.start && heading.start < within.end,
    )
    .map((heading) => ({ heading, ...scopeOf(doc, heading) }));
}

/** A row that a blank line or an indent has cut off its table would silently not apply. */
export function checkStrayRows(report: Report): void {
  const { doc } = report;
  for (const rows of strayRows(doc, { start: 0, end: doc.text.length })) {
    const [first] = rows;
    if (first === undefined) continue;
    const { message, ...more } = strayRowProblem(rows);
    complain(report, rangeIn(report, first), message, more);
    const above = doc.headings.filter((heading) => heading.start < first.start);
    const part = above.findLast((heading) => partName(heading) !== undefined);
    const name = part === undefined ? undefined : partName(part);
    const sub = above.at(-1);
    if (name === undefined || sub === undefined) continue;
    for (const { start, end } of rows) {
      const cells = splitRow(doc.text, start, end);
      report.unread.add(ownerOf(doc, cells, name === 'R5' ? sub.text : name));
    }
  }
}
