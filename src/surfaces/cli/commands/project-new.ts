/** `project new`: a project from the templates, or the row of one whose files are there. */
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
    { flags: '--mission <text>', description: 'why it exists, in one sentence' },
    { flags: '--objective <text>', description: 'what the first pass is to do' },
    { flags: '--runner <name>', description: "a runner of RUNNERS.md (default: the tier's)" },
    { flags: '--tier <tier>', description: 'a tier of MODEL-TIERS.md (default: standard)' },
    {
      flags: '--phase <name>',
      description: 'the first phase (default: the first of PHASES-TEMPLATE.md)',
    },
    { flags: '--priority <n>', description: 'its place in the order (default: last)' },
    { flags: '--paused', description: 'not to be worked on yet' },
    DRY_RUN,
  ],
  examples: [
    'nocturne project new garden --mission "Know which plants need water" --objective "List the plants"',
    'nocturne project new garden --mission "…" --phase survey --runner script --dry-run',
  ],
  run(context, { args, options }) {
    requireOwner(context, 'making a project');
    const slug = args[0] ?? '';
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(slug))
      throw new NocturneError('USAGE', `"${slug}" cannot be the name of a project`, {
        hint: 'use small letters, digits and dashes, as in licence-review',
      });
    return carryOut(context, (snapshot) => birth(context, snapshot, { slug, options }), {
      dryRun: options['dryRun'] === true,
      done: () =>
        `${slug} is in the dispatch table.\nLook at PROJECTS/${slug}/PHASES.md: its tests say when the phase is over. Then: nocturne run worker --project ${slug}`,
    });
  },
};

type Text = (name: string) => string | undefined;

function birth(
  context: Context,
  snapshot: Snapshot,
  { slug, options }: { readonly slug: string; readonly options: Parsed['options'] },
): Edit {
  const text: Text = (name) => textOption(options, name);
  if (snapshot.record('DISPATCH', slug) !== undefined)
    throw new NocturneError('EXISTS', `${slug} is in the dispatch table already`, {
      file: 'ACTIVE-PROJECTS.md',
      hint: `nocturne project list shows it`,
    });
  const record = snapshot.record('PROJECT', slug);
  const files =
    record === undefined ? made(context, snapshot, { slug, text }) : asItIs(record, { slug, text });
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
      detail: record === undefined ? 'made from the templates' : 'its files were there',
    },
  };
}

type Wanted = { readonly slug: string; readonly text: Text };

/** Its files are there: nothing that stands in them can be given as an option. */
function asItIs(record: Rec, { slug, text }: Wanted): ReturnType<typeof newProjectFiles> {
  const ofFile = ['mission', 'objective', 'runner', 'tier', 'phase'];
  if (ofFile.some((name) => text(name) !== undefined))
    throw new NocturneError(
      'EXISTS',
      `${record.file} is there already, so nothing of it can be given here`,
      {
        file: record.file,
        hint: `run nocturne project new ${slug} without these options, then edit the file`,
      },
    );
  return { changes: [], longrunner: record.file, phase: fieldText(record, 'phase.name') };
}

function priorityOf(snapshot: Snapshot, wanted: string | undefined): number {
  if (wanted !== undefined && !/^\d{1,3}$/.test(wanted))
    throw new NocturneError('USAGE', `--priority is ${wanted}`, {
      hint: 'give a whole number from 1 to 999',
    });
  if (wanted !== undefined) return Number(wanted);
  const taken = snapshot.records('DISPATCH').map((row) => fieldInt(row, 'priority') ?? 0);
  return Math.min(999, Math.max(0, ...taken) + 1);
}

function made(
  context: Context,
  snapshot: Snapshot,
  { slug, text }: Wanted,
): ReturnType<typeof newProjectFiles> {
  const mission = text('mission')?.trim() ?? '';
  if (mission === '')
    throw new NocturneError('USAGE', `why does ${slug} exist?`, {
      hint: 'give --mission "one sentence"',
    });
  if (snapshot.files.has(`PROJECTS/${slug}/PHASES.md`))
    throw new NocturneError('EXISTS', `PROJECTS/${slug}/PHASES.md is there, but no LONGRUNNER.md`, {
      file: `PROJECTS/${slug}/PHASES.md`,
      hint: 'move it away, or write the LONGRUNNER.md by hand from orchestration-os/LONGRUNNER-TEMPLATE.md',
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
