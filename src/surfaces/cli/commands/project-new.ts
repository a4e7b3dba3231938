/** `project new`: creates a project from the templates, or adds the row of one that has files. */
import { NocturneError } from '../../../kernel/error.js';
import type { Rec } from '../../../markdown/types.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { Snapshot } from '../../../workspace/types.js';
import { requireOwner } from '../actor.js';
import type { Edit } from '../../../tools/tool-context.js';
import { carryOut } from '../carry-out.js';
import { newProjectFiles } from '../new-project.js';
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
