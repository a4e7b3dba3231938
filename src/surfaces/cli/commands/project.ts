/**
 * `project list`, `new`, `pause`, `resume`, `focus`, `abandon`: which projects the nights are for.
 */
import { projectState } from '../../../governance/project-state.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import { localTime } from '../../../passes/local-time.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import { type BundleArguments, bundleChanges } from '../../../workspace/bundle.js';
import type { Snapshot } from '../../../workspace/types.js';
import { requireOwner } from '../actor.js';
import type { Edit } from '../../../tools/tool-context.js';
import { carryOut } from '../carry-out.js';
import { newProjectFiles } from '../new-project.js';
import { paint } from '../paint.js';
import { textTable } from '../table.js';
import type { Command, CommandResult, Context, Parsed } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';

const dryRun = {
  flags: '--dry-run',
  description: 'show the difference and the audit row, and write nothing',
};
const reason = { flags: '--reason <text>', description: 'why, for the logs' };

export const projectList: Command = {
  examples: ['nocturne project list', 'nocturne project list --json'],
  run(context) {
    const snapshot = context.workspace().snapshot();
    const projects = snapshot.records('DISPATCH').map((row) => {
      const slug = fieldText(row, 'slug');
      const { state, why } = projectState(snapshot, slug);
      return {
        slug,
        priority: fieldInt(row, 'priority') ?? null,
        status: fieldText(row, 'status'),
        phase: fieldText(row, 'phase'),
        state,
        why,
        mission: fieldText(snapshot.record('PROJECT', slug), 'mission'),
        lastPass: fieldText(row, 'last_worker_pass'),
        escalation: fieldText(row, 'escalation'),
      };
    });
    projects.sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
    const known = new Set(projects.map((one) => one.slug));
    const unlisted = snapshot
      .records('PROJECT')
      .map((record) => record.key)
      .filter((slug) => !known.has(slug));
    const [zone, colour] = [ownerZone(snapshot), paint(context)];
    const table = textTable({
      head: ['', 'project', 'status', 'phase', 'last pass', 'mission'],
      width: context.width,
      rows: projects.map((one) => [
        String(one.priority ?? ''),
        one.slug,
        one.escalation === '' ? one.status : colour.attention(`${one.status}, asks`),
        one.phase,
        localTime(one.lastPass, zone),
        one.mission,
      ]),
    });
    const note =
      unlisted.length === 0
        ? ''
        : `\nNot in the dispatch table: ${unlisted.join(', ')} (nocturne project new SLUG enters them).`;
    return {
      exit: EXIT.ok,
      text:
        projects.length === 0
          ? `No project yet: nocturne project new SLUG makes one.${note}`
          : `${table}${note}`,
      json: { projects, unlisted },
    };
  },
};

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
    dryRun,
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

function birth(
  context: Context,
  snapshot: Snapshot,
  at: { readonly slug: string; readonly options: Parsed['options'] },
): Edit {
  const { slug, options } = at;
  const text = (name: string): string | undefined =>
    typeof options[name] === 'string' ? options[name] : undefined;
  if (snapshot.record('DISPATCH', slug) !== undefined)
    throw new NocturneError('EXISTS', `${slug} is in the dispatch table already`, {
      file: 'ACTIVE-PROJECTS.md',
      hint: `nocturne project list shows it`,
    });
  const record = snapshot.record('PROJECT', slug);
  const files =
    record === undefined
      ? made(context, snapshot, slug, text)
      : { changes: [], longrunner: record.file, phase: fieldText(record, 'phase.name') };
  if (
    record !== undefined &&
    ['mission', 'objective', 'runner', 'tier', 'phase'].some((name) => text(name) !== undefined)
  )
    throw new NocturneError(
      'EXISTS',
      `${record.file} is there already, so nothing of it can be given here`,
      {
        file: record.file,
        hint: `run nocturne project new ${slug} without these options, then edit the file`,
      },
    );
  const priorities = snapshot.records('DISPATCH').map((row) => fieldInt(row, 'priority') ?? 0);
  const given = text('priority');
  if (given !== undefined && !/^\d{1,3}$/.test(given))
    throw new NocturneError('USAGE', `--priority is ${given}`, {
      hint: 'give a whole number from 1 to 999',
    });
  const bundle = {
    slug,
    priority: given === undefined ? Math.min(999, Math.max(0, ...priorities) + 1) : Number(given),
    longrunner: files.longrunner,
    phase: files.phase,
    status: options['paused'] === true ? 'paused' : 'active',
  };
  const { changes } = bundleChanges(snapshot, 'project_register', bundle);
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

function made(
  context: Context,
  snapshot: Snapshot,
  slug: string,
  text: (name: string) => string | undefined,
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

export const projectPause: Command = {
  args: '<slug>',
  options: [reason, dryRun],
  examples: ['nocturne project pause weather --reason "on holiday"'],
  run: (context, parsed) => runFor(context, parsed, { bundle: 'project_pause', done: 'is paused' }),
};

export const projectResume: Command = {
  args: '<slug>',
  options: [reason, dryRun],
  examples: ['nocturne project resume weather'],
  run: (context, parsed) =>
    runFor(context, parsed, { bundle: 'project_resume', done: 'is active again' }),
};

export const projectAbandon: Command = {
  args: '<slug>',
  options: [reason, dryRun],
  examples: ['nocturne project abandon weather --reason "no longer needed"'],
  run: (context, parsed) =>
    runFor(context, parsed, { bundle: 'project_abandon', done: 'is given up; its files stay' }),
};

export const projectFocus: Command = {
  args: '<slug>',
  options: [dryRun],
  examples: ['nocturne project focus inventory'],
  run(context, { args, options }) {
    requireOwner(context, 'changing the order of projects');
    const slug = args[0] ?? '';
    const row = rowOf(context.workspace().snapshot(), slug);
    const first = firstActive(context.workspace().snapshot());
    if (first !== undefined && first.slug === slug)
      return {
        exit: EXIT.ok,
        text: `${slug} is the first already.`,
        json: { changed: [], files: [], notices: [] },
      };
    if (first === undefined || first.priority < row.priority)
      return carryOut(context, (snapshot) => swap(snapshot, slug), {
        dryRun: options['dryRun'] === true,
        done: () =>
          `${slug} comes first now.${row.status === 'active' ? '' : ` It is ${row.status}, so it waits all the same.`}`,
      });
    return {
      exit: EXIT.ok,
      text: `${slug} comes before every active project already${row.status === 'active' ? '' : `, but it is ${row.status}`}.`,
      json: { changed: [], files: [], notices: [] },
    };
  },
};

function runFor(
  context: Context,
  { args, options }: Parsed,
  at: { readonly bundle: string; readonly done: string },
): CommandResult {
  requireOwner(context, 'deciding about projects');
  const slug = args[0] ?? '';
  const why = typeof options['reason'] === 'string' ? options['reason'] : null;
  const bundleArguments: BundleArguments = { slug, reason: why };
  return carryOut(
    context,
    (snapshot) => {
      rowOf(snapshot, slug);
      const { changes, notices } = bundleChanges(snapshot, at.bundle, bundleArguments);
      return {
        changes,
        notices,
        bundle: at.bundle,
        reason: why ?? at.bundle.replace('_', ' '),
        audit: { type: at.bundle, target: slug, detail: why ?? '' },
      };
    },
    { dryRun: options['dryRun'] === true, done: () => `${slug} ${at.done}.` },
  );
}

type Row = { readonly slug: string; readonly priority: number; readonly status: string };

function rowOf(snapshot: Snapshot, slug: string): Row {
  const row = snapshot.record('DISPATCH', slug);
  if (row !== undefined)
    return { slug, priority: fieldInt(row, 'priority') ?? 0, status: fieldText(row, 'status') };
  const known = snapshot.records('DISPATCH').map((one) => one.key);
  throw new NocturneError('NOT_FOUND', `there is no project "${slug}" in the dispatch table`, {
    hint: didYouMean(slug, known) ?? `projects: ${known.join(', ') || 'none'}`,
  });
}

function firstActive(snapshot: Snapshot): Row | undefined {
  return snapshot
    .records('DISPATCH')
    .map((row) => ({
      slug: fieldText(row, 'slug'),
      priority: fieldInt(row, 'priority') ?? 0,
      status: fieldText(row, 'status'),
    }))
    .filter((row) => row.status === 'active')
    .sort((a, b) => a.priority - b.priority)[0];
}

/** It changes places with the first active one. */
function swap(snapshot: Snapshot, slug: string): Edit {
  const row = rowOf(snapshot, slug);
  const first = firstActive(snapshot);
  if (first === undefined || first.slug === slug) return priorityOne(snapshot, slug);
  const { changes } = bundleChanges(snapshot, 'project_focus', {
    slug,
    priority: first.priority,
    displaced: first.slug,
    displaced_priority: row.priority,
  });
  return {
    changes,
    bundle: 'project_focus',
    reason: 'focus set by the owner',
    audit: { type: 'project_focus', target: slug, detail: `before ${first.slug}` },
  };
}

function priorityOne(snapshot: Snapshot, slug: string): Edit {
  const { changes } = bundleChanges(snapshot, 'priority_set', { slug, priority: 1 });
  return {
    changes,
    bundle: 'priority_set',
    reason: 'focus set by the owner',
    audit: { type: 'priority_set', target: slug, detail: 'first' },
  };
}
