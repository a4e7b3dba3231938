/**
 * The phases that a new project begins with: a kind of work (survey, inventory, …) is a phase of
 * the template that no other one leads to, and whatever can follow it.
 */
import { NocturneError } from '../kernel/error.js';
import { setField } from '../markdown/edit-records.js';
import { readRecords } from '../markdown/read-records.js';
import { scan } from '../markdown/scan.js';
import type { Rec } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';
import { conditionsIn } from './condition-source.js';
import { fieldText } from './field-text.js';
import { phasesIn, reachablePhases } from './phases.js';

export const PHASES_TEMPLATE = 'orchestration-os/PHASES-TEMPLATE.md';

/** `done`: what ends the phase, one line for each assertion. */
export type PhaseSummary = {
  readonly name: string;
  readonly objective: string;
  readonly done: readonly string[];
};

/** The kinds of work that a template has, in its order. */
export function kindsOf(template: string, spec: ObjectSpec): readonly PhaseSummary[] {
  const records = phasesOf(template, spec);
  const graph = phasesIn(PHASES_TEMPLATE, records);
  const followers = new Set([...graph.phases.values()].flatMap((phase) => phase.successors));
  return records.filter((record) => !followers.has(record.key)).map(summaryOf);
}

/** Every phase of a page, in its order. */
export function phaseSummaries(page: string, spec: ObjectSpec): readonly PhaseSummary[] {
  return phasesOf(page, spec).map(summaryOf);
}

function summaryOf(record: Rec): PhaseSummary {
  return {
    name: record.key,
    objective: fieldText(record, 'objective'),
    done: conditionsIn(record, 'stop_condition').map(({ text }) => text),
  };
}

type Start = {
  /** A phase of the template to begin with; default: the first. */
  readonly kind: string | undefined;
  /** The name of the first phase; if the template has a phase of this name, it is the kind. */
  readonly phase: string | undefined;
  readonly objective: string | undefined;
};

/**
 * A page with the first phase and those that can follow it.
 * @throws NocturneError `USAGE` for a kind that the template does not have, `CONFIG` for a template
 * without phases.
 */
export function starterPhases(
  template: string,
  spec: ObjectSpec,
  start: Start,
): { readonly text: string; readonly first: Rec } {
  const records = phasesOf(template, spec);
  const [original] = records;
  if (original === undefined)
    throw new NocturneError('CONFIG', `${PHASES_TEMPLATE} has no phases`, {
      file: PHASES_TEMPLATE,
      hint: 'restore the template, which has one section for each phase',
    });
  const from =
    start.kind === undefined
      ? (records.find((record) => record.key === start.phase) ?? original)
      : recordOfKind(records, start.kind, kindsOf(template, spec));
  const reachable = reachablePhases(phasesIn(PHASES_TEMPLATE, records), from.key);
  const sections = [from, ...records.filter((record) => record !== from)]
    .filter((record) => reachable.has(record.key))
    .map((record) => template.slice(record.start, record.end).trimEnd());
  const page = `${template.slice(0, original.start)}${sections.join('\n\n')}\n`;
  const name = start.phase ?? from.key;
  const objective = start.objective ?? fieldText(from, 'objective');
  const text =
    name === from.key ? page : renamed(page, { from: from.key, to: name, objective, spec });
  const first = phasesOf(text, spec)[0];
  if (first === undefined)
    throw new NocturneError('INTERNAL', 'the new project has no first phase');
  return { text, first };
}

function recordOfKind(records: readonly Rec[], kind: string, kinds: readonly PhaseSummary[]): Rec {
  const found = records.find((record) => record.key === kind);
  if (found !== undefined) return found;
  throw new NocturneError('USAGE', `"${kind}" is not a kind of project`, {
    hint: `kinds, from ${PHASES_TEMPLATE}: ${kinds.map(({ name }) => name).join(', ')}`,
  });
}

/** Renames the heading, and the output files in the stop condition, which are named after it. */
function renamed(
  text: string,
  options: {
    readonly from: string;
    readonly to: string;
    readonly objective: string;
    readonly spec: ObjectSpec;
  },
): string {
  const [first] = phasesOf(text, options.spec);
  if (first === undefined) return text;
  const section = text
    .slice(first.start, first.end)
    .replace(`## ${options.from}`, `## ${options.to}`)
    .replaceAll(`outputs/${options.from}-`, `outputs/${options.to}-`);
  const page = text.slice(0, first.start) + section + text.slice(first.end);
  return setField(page, options.spec, {
    file: 'PHASES.md',
    key: options.to,
    field: 'objective',
    value: options.objective,
  });
}

function phasesOf(text: string, spec: ObjectSpec): readonly Rec[] {
  return readRecords(scan(text), 'PROJECTS/new/PHASES.md', spec).records;
}
