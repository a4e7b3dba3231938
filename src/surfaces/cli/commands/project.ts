/** `project list`, `pause`, `resume`, `abandon`: which projects the nights are for. */
import { projectState } from '../../../governance/project-state.js';
import { EXIT } from '../../../kernel/error.js';
import { localTime } from '../../../passes/local-time.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import { type BundleArguments, bundleChanges } from '../../../workspace/bundle.js';
import { requireOwner } from '../actor.js';
import { carryOut } from '../carry-out.js';
import { dispatchRow } from '../dispatch-row.js';
import { DRY_RUN, REASON, textOption } from '../options.js';
import { paint } from '../paint.js';
import { textTable } from '../table.js';
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
        project.escalation === '' ? project.status : colour.attention(`${project.status}, asks`),
        project.phase,
        localTime(project.lastPass, zone),
        project.mission,
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

export const projectPause: Command = {
  args: '<slug>',
  options: [REASON, DRY_RUN],
  examples: ['nocturne project pause weather --reason "on holiday"'],
  run: (context, parsed) => runFor(context, parsed, { bundle: 'project_pause', done: 'is paused' }),
};

export const projectResume: Command = {
  args: '<slug>',
  options: [REASON, DRY_RUN],
  examples: ['nocturne project resume weather'],
  run: (context, parsed) =>
    runFor(context, parsed, { bundle: 'project_resume', done: 'is active again' }),
};

export const projectAbandon: Command = {
  args: '<slug>',
  options: [REASON, DRY_RUN],
  examples: ['nocturne project abandon weather --reason "no longer needed"'],
  run: (context, parsed) =>
    runFor(context, parsed, { bundle: 'project_abandon', done: 'is given up; its files stay' }),
};

function runFor(
  context: Context,
  { args, options }: Parsed,
  { bundle, done }: { readonly bundle: string; readonly done: string },
): CommandResult {
  requireOwner(context, 'deciding about projects');
  const slug = args[0] ?? '';
  const why = textOption(options, 'reason') ?? null;
  const bundleArguments: BundleArguments = { slug, reason: why };
  return carryOut(
    context,
    (snapshot) => {
      dispatchRow(snapshot, slug);
      const { changes, notices } = bundleChanges(snapshot, bundle, bundleArguments);
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
