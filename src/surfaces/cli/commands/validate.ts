/** `nocturne validate`: all checks, as a report. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { jsonReport } from '../../../report/json.js';
import { textReport } from '../../../report/text.js';
import { countsOf } from '../../../report/types.js';
import { validate, ruleIds } from '../../../validate/validate-snapshot.js';
import type { Command } from '../types.js';

const FORMATS = ['text', 'json', 'sarif', 'github', 'junit'];

export const command: Command = {
  options: [
    { flags: '--rule <id>', description: 'only this rule' },
    { flags: '--format <format>', description: 'how to print what was found', choices: FORMATS },
  ],
  examples: ['nocturne validate', 'nocturne validate --rule link-broken', 'nocturne validate --json'],
  async run(context, { options }) {
    const snapshot = context.workspace().snapshot();
    const rule = typeof options['rule'] === 'string' ? options['rule'] : undefined;
    if (rule !== undefined && !ruleIds(snapshot).includes(rule)) throw new NocturneError('USAGE', `there is no rule ${rule}`, { hint: `rules: ${ruleIds(snapshot).join(', ')}` });
    const found = await validate(snapshot, { home: context.home, ...(rule === undefined ? {} : { only: [rule] }) });
    const exit = countsOf(found.diagnostics).errors > 0 ? EXIT.findings : EXIT.ok;
    return { exit, text: textReport(found, { color: context.color, width: context.width, textOf: (file) => snapshot.text(file) }), json: jsonReport(found) };
  },
};
