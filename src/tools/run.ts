/** A command of a chat agent: the very programs that were judged are started, without a shell. */
import { z } from 'zod';
import { pathWorld } from '../governance/guard/path.js';
import { readCommand } from '../governance/guard/read-command.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { tool } from './tool.js';

export const runTool = tool({
  name: 'run',
  description:
    'Run programs that the tool registry allows. Pipes, redirections, &&, || and ; work; there is no shell, so no variables and no $( ).',
  args: z.strictObject({ command: z.string() }),
  need: 'project',
  doors: ['chat'],
  readOnly: false,
  structured: false,
  ofPass: true,
  async run({ judge, programs, workspace }, { command }) {
    if (programs === undefined)
      throw new NocturneError('REFUSED', 'this interface does not run programs', {
        hint: 'run it in a shell of your own',
      });
    const snapshot = workspace.snapshot();
    const world = pathWorld(snapshot, workspace.home);
    const { folder } = programs;
    const { steps, problems } = readCommand(world, command, folder === '.' ? '' : folder);
    const read = problems.length === 0 ? steps : undefined;
    const { verdict, text, reasons } = judge({
      actions: [{ kind: 'exec', command, cwd: folder, ...defined({ steps: read }) }],
      snapshot,
    });
    if (verdict !== 'allow') throw new NocturneError('REFUSED', text, { reasons });
    return programs.run(steps);
  },
});
