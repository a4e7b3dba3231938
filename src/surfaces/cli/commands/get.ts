/** `get`: one value, and where it is. */
import { EXIT } from '../../../kernel/error.js';
import type { Command } from '../types.js';

export const get: Command = {
  args: '<address>',
  examples: [
    'nocturne get ACTIVE-PROJECTS.md#inventory.status',
    'nocturne get "PROJECT[inventory].phase.objective" --json',
  ],
  run(context, { args }) {
    const { address, file, object, record, field, cell } = context
      .workspace()
      .snapshot()
      .locate(args[0] ?? '');
    const { line, column } = cell?.range ?? record.range;
    const value = cell?.data === undefined ? (cell?.value ?? '') : cell.data;
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
    return {
      exit: EXIT.ok,
      text,
      json: {
        address,
        value,
        file,
        line,
        column,
        object: object.object,
        key: record.key,
        field,
        present: cell !== undefined,
      },
    };
  },
};
