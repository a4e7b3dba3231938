/** Runs one program without a shell: exactly the words that the guard judged. */
import { z } from 'zod';
import { plainWords } from '../governance/guard/shell.js';
import type { Reason } from '../governance/types.js';
import { NocturneError } from '../kernel/error.js';
import { tool } from './tool.js';

const NOT_PLAIN: Reason = {
  code: 'command-unparsable',
  message: 'only one plain command can be run: no pipes, redirections, variables or wildcards',
};

export const runTool = tool({
  name: 'run',
  description:
    'Run a program that the tool registry allows. No shell: no pipes, no redirection, no variables.',
  args: z.strictObject({ command: z.string() }),
  need: 'project',
  doors: ['chat'],
  readOnly: false,
  structured: false,
  ofPass: true,
  async run({ judge, programs }, { command }) {
    if (programs === undefined)
      throw new NocturneError('REFUSED', 'no programs are run through this door', {
        hint: 'run it in a shell of your own',
      });
    const words = plainWords(command);
    const { verdict, text, reasons } = judge({
      actions: [
        words === undefined
          ? { kind: 'exec', command, cwd: programs.folder }
          : { kind: 'exec', argv: words, cwd: programs.folder },
      ],
      also: words === undefined ? [NOT_PLAIN] : [],
    });
    if (verdict !== 'allow' || words === undefined)
      throw new NocturneError('REFUSED', text, { reasons });
    return programs.run(words);
  },
});
