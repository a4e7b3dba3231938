/** `project list`, `pause`, `resume`, `abandon`, `focus`: which projects passes work on. */
import { projectState } from '../../../governance/project-state.js';
import { localTime } from '../../../project/local-time.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import { requireOwner } from '../actor.js';
import { carryOut } from '../carry-out.js';
import { DRY_RUN, REASON, textOption } from '../options.js';
import { paint } from '../paint.js';
import { NO_PROJECT } from '../no-project.js';
import { textTable } from '../../../report/text-table.js';
import type { Edit } from '../../../tools/tool-context.js';
import type { Rec } from '../../../markdown/types.js';
import type { Snapshot } from '../../../workspace/types.js';
import { unknownProject } from '../unknown-project.js';
import { ok } from '../result.js';
import type { Command, CommandResult, Context, Parsed } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';

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
    const slugs = new Set(projects.map((project) => project.slug));
    const unlisted = snapshot
      .records('PROJECT')
      .map((record) => record.key)
      .filter((slug) => !slugs.has(slug));
    const [zone, colour] = [ownerZone(snapshot), paint(context)];
    const table = textTable({
      head: ['', 'project', 'status', 'phase', 'last pass', 'mission'],
      width: context.width,
      rows: projects.map((project) => [
        String(project.priority ?? ''),
        project.slug,
        project.escalation === ''
          ? project.status
          : colour.attention(`${project.status}, asks you`),
        project.phase,
        localTime(project.lastPass, zone),
        project.mission,
      ]),
    });
    const note =
      unlisted.length === 0
        ? ''
        : `\nNot in the dispatch table: ${unlisted.join(', ')}. To add one: nocturne project new SLUG`;
    return ok(projects.length === 0 ? `${NO_PROJECT}${note}` : `${table}${note}`, {
      projects,
      unlisted,
    });
  },
};

export const projectPause: Command = {
  args: '<slug>',
  options: [REASON, DRY_RUN],
  examples: ['nocturne project pause weather --reason "on holiday"'],
  run: (context, parsed) =>
    runFor(context, parsed, { bundle: 'project_pause', status: 'paused', done: 'is paused' }),
};

export const projectResume: Command = {
  args: '<slug>',
  options: [REASON, DRY_RUN],
  examples: ['nocturne project resume weather'],
  run: (context, parsed) =>
    runFor(context, parsed, {
      bundle: 'project_resume',
      status: 'active',
      done: 'is active again',
    }),
};

export const projectAbandon: Command = {
  args: '<slug>',
  options: [REASON, DRY_RUN],
  examples: ['nocturne project abandon weather --reason "no longer needed"'],
  run: (context, parsed) =>
    runFor(context, parsed, {
      bundle: 'project_abandon',
      status: 'abandoned',
      done: 'is abandoned; its files stay',
    }),
};

function runFor(
  context: Context,
  { args, options }: Parsed,
  { bundle, status, done }: Readonly<Record<'bundle' | 'status' | 'done', string>>,
): CommandResult {
  requireOwner(context, 'changing projects');
  const slug = args[0] ?? '';
  if (dispatchRow(context.workspace().snapshot(), slug).status === status)
    return unchanged(`${slug} is already ${status}.`);
  const why = textOption(options, 'reason') ?? null;
  return carryOut(
    context,
    (snapshot) => {
      dispatchRow(snapshot, slug);
      const { changes, notices } = bundleChanges(snapshot, bundle, { slug, reason: why });
      return {
        changes,
        notices,
        bundle,
        reason: why ?? bundle.replace('_', ' '),
        audit: { type: bundle, target: slug, detail: why ?? '' },
      };
    },
    { dryRun: options['dryRun'] === true, done: () => `${slug} ${done}.` },
  );
}

export const projectFocus: Command = {
  args: '<slug>',
  options: [DRY_RUN],
  examples: ['nocturne project focus inventory'],
  run(context, { args, options }) {
    requireOwner(context, 'changing the order of projects');
    const slug = args[0] ?? '';
    const snapshot = context.workspace().snapshot();
    const row = dispatchRow(snapshot, slug);
    const first = firstActive(snapshot);
    if (first?.slug === slug) return unchanged(`${slug} is already first.`);
    const isActive = row.status === 'active';
    if (first !== undefined && first.priority >= row.priority)
      return unchanged(
        `${slug} is already before every active project${isActive ? '' : `, but it is ${row.status}`}.`,
      );
    return carryOut(context, (current) => swap(current, slug), {
      dryRun: options['dryRun'] === true,
      done: () =>
        `${slug} is now first.${isActive ? '' : ` It is ${row.status}, so no pass works on it.`}`,
    });
  },
};

function unchanged(text: string): CommandResult {
  return ok(text, { changed: [], files: [], notices: [] });
}

/** The project swaps places with the first active one. */
function swap(snapshot: Snapshot, slug: string): Edit {
  const row = dispatchRow(snapshot, slug);
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
    reason: 'the owner set the focus',
    audit: { type: 'project_focus', target: slug, detail: `before ${first.slug}` },
  };
}

function priorityOne(snapshot: Snapshot, slug: string): Edit {
  const { changes } = bundleChanges(snapshot, 'priority_set', { slug, priority: 1 });
  return {
    changes,
    bundle: 'priority_set',
    reason: 'the owner set the focus',
    audit: { type: 'priority_set', target: slug, detail: 'first' },
  };
}

type DispatchRow = {
  readonly slug: string;
  readonly priority: number;
  readonly status: string;
};

function dispatchRow(snapshot: Snapshot, slug: string): DispatchRow {
  const row = snapshot.record('DISPATCH', slug);
  if (row !== undefined) return rowOf(row);
  throw unknownProject(
    slug,
    snapshot.records('DISPATCH').map((record) => record.key),
  );
}

function firstActive(snapshot: Snapshot): DispatchRow | undefined {
  return snapshot
    .records('DISPATCH')
    .map(rowOf)
    .filter((row) => row.status === 'active')
    .sort((a, b) => a.priority - b.priority)[0];
}

function rowOf(record: Rec): DispatchRow {
  return {
    slug: fieldText(record, 'slug'),
    priority: fieldInt(record, 'priority') ?? 0,
    status: fieldText(record, 'status'),
  };
}
