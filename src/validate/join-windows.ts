/** Joins the facts of the windows of a log: places are moved to where they are in the file. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import { plural } from '../kernel/words.js';
import type { FileFacts, KeyFact, LinkFact, ReferenceFact, UniqueFact } from './fact-types.js';
import type { Suppression } from './suppression.js';
import { type BadByte, notUtf8At } from './rules/not-utf8.js';

/** `lines` and `units`: of its text, with the opening of the log. `bad`: its first bad byte. */
export type WindowFacts = {
  readonly facts: FileFacts;
  readonly lines: number;
  readonly units: number;
  readonly bad?: BadByte;
};
/** Of the opening above the window, which is not in the file there; `offset`: of its first byte. */
type Place = { readonly lines: number; readonly units: number; readonly offset: number };

export type JoinedWindows = {
  readonly add: (window: WindowFacts, head: Place) => void;
  readonly facts: (more: readonly Diagnostic[]) => FileFacts;
};

export function joinWindows(path: string): JoinedWindows {
  const listed = listDiagnostics();
  const keys: KeyFact[] = [];
  const references: ReferenceFact[] = [];
  const uniques: UniqueFact[] = [];
  const links: LinkFact[] = [];
  const suppressions: Suppression[] = [];
  const unread = new Set<string>();
  let [lines, units, records, firstLines, isBad] = [0, 0, 0, 0, false];
  return {
    add({ facts, bad, ...size }, head) {
      const isHere = ({ range }: { readonly range: Range }): boolean =>
        lines === 0 || range.line > head.lines;
      const move = mover(lines - head.lines);
      if (bad !== undefined && !isBad)
        listed.add(move(notUtf8At(path, { ...bad, offset: bad.offset + head.offset })));
      isBad ||= bad !== undefined;
      for (const diagnostic of facts.diagnostics)
        if (isHere(diagnostic)) listed.add(move(diagnostic));
      keys.push(...facts.keys.map(move));
      references.push(...facts.references.map(move));
      uniques.push(...facts.uniques.map(move));
      for (const link of facts.links.filter(isHere).map(move))
        links.push({
          ...link,
          start: link.start + units - head.units,
          end: link.end + units - head.units,
        });
      suppressions.push(...facts.suppressions.filter(isHere).map(move));
      for (const object of facts.unread) unread.add(object);
      if (lines === 0) firstLines = size.lines;
      lines += size.lines - head.lines;
      units += size.units - head.units;
      records += facts.records;
    },
    facts(more) {
      for (const diagnostic of more) listed.add(diagnostic);
      return {
        diagnostics: listed.all(),
        keys,
        references,
        uniques,
        links,
        phases: [],
        // One that covers the table covers all its rows.
        suppressions: suppressions.map((each) =>
          each.lastLine === firstLines ? { ...each, lastLine: lines } : each,
        ),
        records,
        unread: isBad || records === 0 ? [...unread] : [],
      };
    },
  };
}

type Placed = {
  readonly range: Range;
  readonly ruleRange?: Range;
  readonly firstLine?: number;
  readonly lastLine?: number;
  readonly related?: Diagnostic['related'];
};

function mover(by: number): <T extends Placed>(placed: T) => T {
  const moveRange = (range: Range): Range => ({
    ...range,
    line: range.line + by,
    endLine: range.endLine + by,
  });
  return (placed) =>
    by === 0
      ? placed
      : {
          ...placed,
          range: moveRange(placed.range),
          ...defined({
            ruleRange: placed.ruleRange && moveRange(placed.ruleRange),
            firstLine: placed.firstLine && placed.firstLine + by,
            lastLine: placed.lastLine && placed.lastLine + by,
            related: placed.related?.map((other) => ({ ...other, range: moveRange(other.range) })),
          }),
        };
}

/** Findings of one rule that are listed for a log; the others are counted. */
const MOST_LISTED = 1000;
/** Reported once for each text, however often it is there. */
const ONCE: ReadonlySet<string> = new Set(['odd-character']);

function listDiagnostics(): {
  readonly add: (diagnostic: Diagnostic) => void;
  readonly all: () => readonly Diagnostic[];
} {
  const listed: Diagnostic[] = [];
  const counts = new Map<string, number>();
  const left = new Map<string, Diagnostic>();
  const seen = new Set<string>();
  return {
    add(diagnostic) {
      const { rule, message } = diagnostic;
      if (ONCE.has(rule) && (seen.has(message) || counts.get(rule) === MOST_LISTED)) return;
      if (ONCE.has(rule)) seen.add(message);
      const count = (counts.get(rule) ?? 0) + 1;
      counts.set(rule, count);
      // No fix: Nocturne does not edit logs.
      const { fix: _, ...found } = diagnostic;
      if (count <= MOST_LISTED) listed.push(found);
      else left.set(rule, found);
    },
    all: () => [
      ...listed,
      ...[...left].map(([rule, last]) => ({
        ...last,
        message: `${plural((counts.get(rule) ?? 0) - MOST_LISTED, 'more finding')} of ${rule} in this log; this is the last one: ${last.message}`,
      })),
    ],
  };
}
