/** `prompts compose`: rebuilds the prompts of the timers from their fragments. */
import { composePrompts } from '../../../setup/compose-prompts.js';
import { ownerName, requireOwner } from '../actor.js';
import { paintedDiff, unifiedDiff } from '../show-diff.js';
import { ok } from '../result.js';
import type { Command } from '../types.js';

export const promptsCompose: Command = {
  options: [{ flags: '--dry-run', description: 'show the difference, and write nothing' }],
  examples: ['nocturne prompts compose --dry-run', 'nocturne prompts compose'],
  run(context, { options }) {
    requireOwner(context, 'composing prompts');
    const dryRun = options['dryRun'] === true;
    const workspace = context.workspace();
    const pages = composePrompts(workspace, { owner: ownerName(workspace.snapshot()), dryRun });
    const written = pages.filter((prompt) => prompt.what === 'written');
    const diffs = written
      .map(({ page, before, after }) => unifiedDiff({ path: page, before, after }))
      .join('\n');
    const after =
      written.length === 0
        ? []
        : [
            dryRun
              ? 'Nothing was written.'
              : 'No pass runs until you sign these pages: nocturne sign --all',
          ];
    const lines = [
      ...(diffs === '' ? [] : [paintedDiff(context, diffs)]),
      ...pages.map(
        ({ page, what, fragments }) =>
          `${what.padEnd(9)}  ${page}  from ${fragments.length} fragments`,
      ),
      ...after,
    ];
    return ok(lines.join('\n'), {
      dryRun,
      pages: pages.map(({ page, what, fragments }) => ({ page, what, fragments })),
      toSign: dryRun ? [] : written.map((prompt) => prompt.page),
    });
  },
};
