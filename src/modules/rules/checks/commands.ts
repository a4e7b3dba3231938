/** Checks that are programs of the owner, run on the files as the agent left them. */
import { evaluateConditions, isMet } from '../../../governance/conditions/evaluate.js';
import type { RuleFinding } from '../../../governance/rule-finding.js';
import { projectDirectory } from '../../../project/project-directory.js';
import { isIn } from '../select-rules.js';
import type { Examining } from './examine.js';
import { about } from './patterns.js';

/** In the folder of the project; in its `repo/` if only that has changed. */
export async function runCommands({
  page,
  changes,
  context,
}: Examining): Promise<readonly RuleFinding[]> {
  const { snapshot, project, writes, command, signal } = context;
  const found: RuleFinding[] = [];
  for (const check of page.commands) {
    const own = changes.filter(({ path }) => isIn(check.in, path));
    if (own.length === 0) continue;
    const base = project === undefined ? '' : projectDirectory(snapshot, project);
    const repository = base === '' ? 'repo' : `${base}/repo`;
    const inRepository = own.every(({ path }) => path.startsWith(`${repository}/`));
    const text = check.run.join(' ');
    const [result] = await evaluateConditions(
      [
        {
          kind: 'command',
          text,
          argv: check.run,
          exit: [0],
          timeoutMs: check.seconds * 1000,
          stdout: undefined,
        },
      ],
      {
        snapshot,
        project: project ?? '',
        folder: inRepository ? repository : base,
        command,
        writes,
        signal,
      },
    );
    if (result === undefined || isMet(result)) continue;
    const why = check.says ?? `${text} does not succeed`;
    found.push(about(page, check.effect, `${why} (${result.error ?? result.found})`));
  }
  return found;
}
