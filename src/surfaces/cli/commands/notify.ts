/** `notify`: leaves a note for the owner in NOTIFICATIONS.md. */
import { NOTE_PRIORITIES, notifyTool } from '../../../tools/notify.js';
import { toolResult } from '../tool-call.js';
import type { Command } from '../types.js';

export const notify: Command = {
  args: '<text>',
  options: [
    {
      flags: '--priority <priority>',
      description: 'how soon the owner should read it (default: low)',
      choices: NOTE_PRIORITIES,
    },
  ],
  examples: [
    'nocturne notify "The licence page of two packages is gone; both are marked in the inventory."',
    'nocturne notify "The disk is nearly full." --priority high',
  ],
  run(context, { args, options }) {
    const text = args[0] ?? '';
    const priority =
      NOTE_PRIORITIES.find((candidate) => candidate === options['priority']) ?? 'low';
    return toolResult(context, notifyTool, { text, priority });
  },
};
