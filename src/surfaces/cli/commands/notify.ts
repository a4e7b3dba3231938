/** `notify`: a note for the owner's inbox. */
import {
  NOTE_BUNDLE,
  NOTE_PRIORITIES,
  noteArguments,
  noted,
  notifyTool,
} from '../../../passes/tools/tool-notify.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { Snapshot } from '../../../workspace/types.js';
import { carryOut, type Edit } from '../carry-out.js';
import { passContext, resultOf } from '../tool-call.js';
import type { Command } from '../types.js';

export const command: Command = {
  args: '<text>',
  options: [
    {
      flags: '--priority <priority>',
      description: 'how soon it should be read (default: low)',
      choices: NOTE_PRIORITIES,
    },
  ],
  examples: [
    'nocturne notify "The licence page of two packages is gone; both are marked in the inventory."',
    'nocturne notify "The disk is nearly full." --priority high',
  ],
  run(context, { args, options }) {
    const text = args[0] ?? '';
    const priority = NOTE_PRIORITIES.find((one) => one === options['priority']) ?? 'low';
    const pass = passContext(context);
    if (pass !== undefined) return resultOf(notifyTool(pass, { text, priority }));
    let answer = noted('', priority);
    const edit = (snapshot: Snapshot): Edit => ({
      ...bundleChanges(snapshot, NOTE_BUNDLE, noteArguments({ text, priority })),
      bundle: NOTE_BUNDLE,
      reason: 'nocturne notify',
      audit: { type: NOTE_BUNDLE, target: '', detail: '' },
    });
    const result = carryOut(context, edit, {
      done: ({ notices }) => (answer = noted(notices[0] ?? '', priority)).text,
    });
    return { ...result, json: { ...answer.data, ...result.json } };
  },
};
