/** Rule probe: the probe of a tool is one program with its arguments. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { fieldText } from '../../project/field-text.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

/** What only a shell understands, outside quotes. */
const SHELL = /\|\|?|&&?|;|[<>]|\$[({A-Za-z]|`/;

export const probe: WorkspaceRule = {
  kind: 'workspace',
  id: 'probe',
  severity: 'error',
  suppressible: 'never',
  run: ({ snapshot, schema }) => {
    const object = schema.objects.get('TOOL-RULE');
    if (object === undefined) return [];
    return snapshot.records('TOOL-RULE').flatMap((record): Diagnostic[] => {
      const program = fieldText(record, 'program');
      if (/^[^/\s]+\s/.test(program))
        return [
          {
            rule: 'probe',
            severity: 'error',
            message: `the program of ${record.key} has arguments, so no command is of this row`,
            range: fieldRange(object, record, 'program'),
            expected: program.split(/\s/)[0] ?? program,
            actual: program,
            hint: 'write the arguments into Allow',
          },
        ];
      const line = fieldText(record, 'probe');
      const [mark] = SHELL.exec(line.replace(/"[^"]*"|'[^']*'/g, '')) ?? [];
      if (mark === undefined) return [];
      return [
        {
          rule: 'probe',
          severity: 'error',
          message: `the probe of ${record.key} contains ${mark}, but no shell reads it, so the tool counts as missing`,
          range: fieldRange(object, record, 'probe'),
          expected: 'one program with its arguments, such as git --version',
          actual: line,
          hint: 'name one program that ends with exit code 0 if the tool works',
        },
      ];
    });
  },
};
