/** The files of a new project, from the templates of the workspace. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stamp } from '../../kernel/clock.js';
import { NocturneError } from '../../kernel/error.js';
import { setField } from '../../markdown/edit-records.js';
import { readRecords } from '../../markdown/read-records.js';
import { scan } from '../../markdown/scan.js';
import type { Rec, Value } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { ObjectSpec } from '../../registry/types.js';
import type { Change, Snapshot } from '../../workspace/types.js';

export type NewProject = {
  readonly slug: string;
  readonly mission: string;
  /** Of the first pass (default: that of the phase). */
  readonly objective: string | undefined;
  readonly runner: string | undefined;
  readonly tier: string;
  /** The first phase: one of the template, or a new name for the first one of the template. */
  readonly phase: string | undefined;
};
export type ProjectFiles = {
  readonly changes: readonly Change[];
  readonly longrunner: string;
  readonly phase: string;
};

const LONGRUNNER = 'orchestration-os/LONGRUNNER-TEMPLATE.md';
const PHASES = 'orchestration-os/PHASES-TEMPLATE.md';

/** @param packageRoot where the shipped templates are, if the workspace has none. */
export function newProjectFiles(
  snapshot: Snapshot,
  packageRoot: string,
  project: NewProject,
): ProjectFiles {
  const [spec, phases] = ['PROJECT', 'PHASES'].map((name) => snapshot.schema.objects.get(name));
  if (spec === undefined || phases === undefined)
    throw new NocturneError('SCHEMA', 'REGISTRY.md does not declare both PROJECT and PHASES', {
      file: snapshot.schema.file,
      hint: 'restore both rows of R1',
    });
  const folder = `PROJECTS/${project.slug}`;
  const page = phasesPage(template(snapshot, packageRoot, PHASES), phases, project);
  const longrunner = `${folder}/LONGRUNNER.md`;
  const objective = fieldText(page.first, 'objective');
  const successors = page.first.fields.get('successors')?.data;
  const fields: readonly (readonly [string, Value])[] = [
    ['mission', project.mission],
    ['phase.name', page.first.key],
    ['phase.objective', objective],
    ['phase.started', stamp(snapshot.now)],
    ['phase.status', 'active'],
    [
      'phase.successor',
      Array.isArray(successors)
        ? ((successors as readonly unknown[]).map(String)[0] ?? null)
        : null,
    ],
    ['next_pass.objective', project.objective ?? objective],
    ['next_pass.runner', project.runner ?? null],
    ['next_pass.model_tier', project.tier],
  ];
  const text = fields.reduce(
    (before, [field, value]) =>
      setField(before, spec, { file: longrunner, key: project.slug, field, value }),
    template(snapshot, packageRoot, LONGRUNNER),
  );
  return {
    changes: [
      { kind: 'write', path: `${folder}/PHASES.md`, content: page.text },
      { kind: 'write', path: longrunner, content: text },
    ],
    longrunner,
    phase: page.first.key,
  };
}

/** The template's phases from the requested one on; an unknown name renames the first one. */
function phasesPage(
  text: string,
  spec: ObjectSpec,
  { phase, objective }: NewProject,
): { readonly text: string; readonly first: Rec } {
  const records = phasesOf(text, spec);
  const [original] = records;
  if (original === undefined)
    throw new NocturneError('CONFIG', `${PHASES} has no phases`, {
      file: PHASES,
      hint: 'restore the template, which has one section for each phase',
    });
  const wanted = phase ?? original.key;
  const index = records.findIndex((record) => record.key === wanted);
  const from = index === -1 ? original : (records[index] ?? original);
  const rest = text.slice(0, original.start) + text.slice(from.start);
  const named =
    index === -1
      ? renamed(rest, {
          from: original.key,
          to: wanted,
          objective: objective ?? fieldText(original, 'objective'),
          spec,
        })
      : rest;
  const [first] = phasesOf(named, spec);
  if (first === undefined)
    throw new NocturneError('INTERNAL', 'the new project has no first phase');
  return { text: named, first };
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

function template(snapshot: Snapshot, packageRoot: string, path: string): string {
  return snapshot.text(path) ?? readFileSync(join(packageRoot, path), 'utf8');
}
