/** `project new`: creates a project from the templates, or adds the row of one that has files. */
import { readFileSync } from '../../../kernel/files.js';
import { join } from 'node:path';
import { stamp } from '../../../kernel/clock.js';
import { NocturneError } from '../../../kernel/error.js';
import { setField } from '../../../markdown/edit-records.js';
import { readRecords } from '../../../markdown/read-records.js';
import { scan } from '../../../markdown/scan.js';
import type { Rec, Value } from '../../../markdown/types.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import type { ObjectSpec } from '../../../registry/types.js';
import type { Change, Snapshot } from '../../../workspace/types.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import { requireOwner } from '../actor.js';
import type { Edit } from '../../../tools/tool-context.js';
import { carryOut } from '../carry-out.js';
import { DRY_RUN, textOption } from '../options.js';
import type { Command, Context, Parsed } from '../types.js';

export const projectNew: Command = {
  args: '<slug>',
  options: [
    { flags: '--mission <text>', description: 'the purpose of the project, in one sentence' },
    { flags: '--objective <text>', description: 'what the first pass should do' },
    {
      flags: '--runner <name>',
      description: 'a runner of RUNNERS.md (default: the runner of the tier)',
    },
    { flags: '--tier <tier>', description: 'a tier of MODEL-TIERS.md (default: standard)' },
    {
      flags: '--phase <name>',
      description: 'the first phase (default: the first of PHASES-TEMPLATE.md)',
    },
    { flags: '--priority <n>', description: 'the position in the order (default: last)' },
    { flags: '--paused', description: 'create it paused' },
    DRY_RUN,
  ],
  examples: [
    'nocturne project new garden --mission "Know which plants need water" --objective "List the plants"',
    'nocturne project new garden --mission "…" --phase survey --runner script --dry-run',
  ],
  run(context, { args, options }) {
    requireOwner(context, 'creating a project');
    const slug = args[0] ?? '';
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(slug))
      throw new NocturneError('USAGE', `"${slug}" is not a valid project name`, {
        hint: 'use lower-case letters, digits and dashes, as in licence-review',
      });
    return carryOut(context, (snapshot) => newProject(context, snapshot, { slug, options }), {
      dryRun: options['dryRun'] === true,
      done: () =>
        `Created ${slug} and added it to the dispatch table.\nReview the stop condition in PROJECTS/${slug}/PHASES.md, then run: nocturne run worker --project ${slug}`,
    });
  },
};

type Text = (name: string) => string | undefined;

function newProject(
  context: Context,
  snapshot: Snapshot,
  { slug, options }: { readonly slug: string; readonly options: Parsed['options'] },
): Edit {
  const text: Text = (name) => textOption(options, name);
  if (snapshot.record('DISPATCH', slug) !== undefined)
    throw new NocturneError('EXISTS', `${slug} is already in the dispatch table`, {
      file: 'ACTIVE-PROJECTS.md',
      hint: 'nocturne project list shows it',
    });
  const record = snapshot.record('PROJECT', slug);
  const files =
    record === undefined
      ? fromTemplates(context, snapshot, { slug, text })
      : fromFiles(record, { slug, text });
  const { changes } = bundleChanges(snapshot, 'project_register', {
    slug,
    priority: priorityOf(snapshot, text('priority')),
    longrunner: files.longrunner,
    phase: files.phase,
    status: options['paused'] === true ? 'paused' : 'active',
  });
  return {
    changes: [...files.changes, ...changes],
    bundle: 'project_register',
    reason: 'new project',
    audit: {
      type: 'project_register',
      target: slug,
      detail: record === undefined ? 'from the templates' : 'its files existed',
    },
  };
}

type Wanted = { readonly slug: string; readonly text: Text };

/** The project has files already, so options cannot set what is in them. */
function fromFiles(record: Rec, { slug, text }: Wanted): ReturnType<typeof newProjectFiles> {
  const ofFile = ['mission', 'objective', 'runner', 'tier', 'phase'];
  if (ofFile.some((name) => text(name) !== undefined))
    throw new NocturneError(
      'EXISTS',
      `${record.file} already exists, so these options cannot set what is in it`,
      {
        file: record.file,
        hint: `run nocturne project new ${slug} without ${ofFile.map((name) => `--${name}`).join(', ')}, then edit the file`,
      },
    );
  return { changes: [], longrunner: record.file, phase: fieldText(record, 'phase.name') };
}

function priorityOf(snapshot: Snapshot, wanted: string | undefined): number {
  if (wanted !== undefined && !/^\d{1,3}$/.test(wanted))
    throw new NocturneError('USAGE', `--priority cannot be ${wanted}`, {
      hint: 'give a whole number from 1 to 999',
    });
  if (wanted !== undefined) return Number(wanted);
  const taken = snapshot.records('DISPATCH').map((row) => fieldInt(row, 'priority') ?? 0);
  return Math.min(999, Math.max(0, ...taken) + 1);
}

function fromTemplates(
  context: Context,
  snapshot: Snapshot,
  { slug, text }: Wanted,
): ReturnType<typeof newProjectFiles> {
  const mission = text('mission')?.trim() ?? '';
  if (mission === '')
    throw new NocturneError('USAGE', '--mission is missing', {
      hint: `give the purpose of ${slug} in one sentence: --mission "…"`,
    });
  if (snapshot.files.has(`PROJECTS/${slug}/PHASES.md`))
    throw new NocturneError('EXISTS', `PROJECTS/${slug} has a PHASES.md, but no LONGRUNNER.md`, {
      file: `PROJECTS/${slug}/PHASES.md`,
      hint: 'move PHASES.md away, or write LONGRUNNER.md yourself from orchestration-os/LONGRUNNER-TEMPLATE.md',
    });
  return newProjectFiles(snapshot, context.packageRoot, {
    slug,
    mission,
    objective: text('objective'),
    runner: text('runner'),
    tier: text('tier') ?? 'standard',
    phase: text('phase'),
  });
}

type NewProject = {
  readonly slug: string;
  readonly mission: string;
  /** Of the first pass (default: that of the phase). */
  readonly objective: string | undefined;
  readonly runner: string | undefined;
  readonly tier: string;
  /** The first phase: one of the template, or a new name for the first one of the template. */
  readonly phase: string | undefined;
};
type ProjectFiles = {
  readonly changes: readonly Change[];
  readonly longrunner: string;
  readonly phase: string;
};

const LONGRUNNER = 'orchestration-os/LONGRUNNER-TEMPLATE.md';
const PHASES = 'orchestration-os/PHASES-TEMPLATE.md';

/** @param packageRoot where the shipped templates are, if the workspace has none. */
function newProjectFiles(
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
