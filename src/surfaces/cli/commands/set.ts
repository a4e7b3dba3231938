/** `set`: changes one field of one record, checked against R2 before it is written. */
import { stamp } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { addressOf } from '../../../workspace/address.js';
import { carryOut } from '../carry-out.js';
import { DRY_RUN, REASON, textOption } from '../options.js';
import { parseTime } from '../parse-time.js';
import { parseValue } from '../parse-value.js';
import type { Command } from '../types.js';

export const set: Command = {
  args: '<address> [value]',
  options: [
    DRY_RUN,
    REASON,
    { flags: '--valid <time>', description: 'since when the value is true (default: now)' },
  ],
  examples: [
    'nocturne set ACTIVE-PROJECTS.md#inventory.priority 2',
    'nocturne set "PROJECT[inventory].next_pass.objective" "List the missing licences" --dry-run',
  ],
  run(context, { args, options }) {
    const [typed = '', text] = args;
    if (text === undefined)
      throw new NocturneError('USAGE', `the new value of ${typed} is missing`, {
        hint: 'give a value; "" or null clears the field',
      });
    const valid =
      typeof options['valid'] === 'string'
        ? parseTime(context.workspace().snapshot(), options['valid'])
        : undefined;
    return carryOut(
      context,
      (snapshot) => {
        const { object, record, field, cell } = snapshot.locate(typed);
        const address = addressOf(object, record, field);
        if (object.shape === 'log') throw refusedForLog(record.file);
        const value = parseValue(object.fields.get(field)?.type, text, {
          structured: object.shape === 'document' || cell?.data !== undefined,
        });
        const detail = `to ${typeof value === 'object' ? JSON.stringify(value) : value}${valid === undefined ? '' : `, valid since ${stamp(valid)}`}`;
        return {
          changes: [{ kind: 'set', address, value, ...defined({ valid }) }],
          reason: textOption(options, 'reason') ?? 'nocturne set',
          audit: { type: 'set', target: address, detail: detail.slice(0, 300) },
        };
      },
      { dryRun: options['dryRun'] === true },
    );
  },
};

function refusedForLog(file: string): NocturneError {
  const message = `${file} is a log: only Nocturne adds rows to it, and rows never change`;
  return new NocturneError('REFUSED', message, {
    file,
    hint: 'to read the audit log, run nocturne audit show',
    reasons: [{ code: 'append-only', message }],
  });
}
