/** `project focus`: one project before all others. */
import { EXIT } from '../../../kernel/error.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { Snapshot } from '../../../workspace/types.js';
import { requireOwner } from '../actor.js';
import type { Edit } from '../../../tools/tool-context.js';
import { carryOut } from '../carry-out.js';
import { dispatchRow, firstActive } from '../dispatch-row.js';
import { DRY_RUN } from '../options.js';
import type { Command, CommandResult } from '../types.js';

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
    if (first?.slug === slug) return unchanged(`${slug} is the first already.`);
    const isActive = row.status === 'active';
    if (first !== undefined && first.priority >= row.priority)
      return unchanged(
        `${slug} comes before every active project already${isActive ? '' : `, but it is ${row.status}`}.`,
      );
    return carryOut(context, (current) => swap(current, slug), {
      dryRun: options['dryRun'] === true,
      done: () =>
        `${slug} comes first now.${isActive ? '' : ` It is ${row.status}, so it waits all the same.`}`,
    });
  },
};

function unchanged(text: string): CommandResult {
  return { exit: EXIT.ok, text, json: { changed: [], files: [], notices: [] } };
}

/** It changes places with the first active one. */
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
