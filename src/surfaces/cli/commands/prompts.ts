/** `prompts compose`: the prompts of the timers, written anew from their fragments. */
import { EXIT } from '../../../kernel/error.js';
import { composePrompts } from '../../../setup/compose-prompts.js';
import { ownerName, requireOwner } from '../actor.js';
import { paintedDiff, unifiedDiff } from '../show-diff.js';
import type { Command } from '../types.js';

export const promptsCompose: Command = {
  options: [{ flags: '--dry-run', description: 'show the difference, write nothing' }],
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
              : 'The gate refuses until you have signed: nocturne sign --all',
          ];
    const lines = [
      ...(diffs === '' ? [] : [paintedDiff(context, diffs)]),
      ...pages.map(
        ({ page, what, fragments }) =>
          `${what.padEnd(9)}  ${page}  from ${fragments.length} fragments`,
      ),
      ...after,
    ];
    return {
      exit: EXIT.ok,
      text: lines.join('\n'),
      json: {
        dryRun,
        pages: pages.map(({ page, what, fragments }) => ({ page, what, fragments })),
        toSign: dryRun ? [] : written.map((prompt) => prompt.page),
      },
    };
  },
};
