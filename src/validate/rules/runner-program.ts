/** Rule runner-program: the program of a project that its runner starts is there. */
import { posix } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { runnerName } from '../../project/project-runner.js';
import { isScript } from '../../project/condition-programs.js';
import { fieldRange, firstLine } from '../record-place.js';
import type { WorkspaceContext, WorkspaceRule } from '../rule.js';
import { runnerFields } from './runner-fields.js';

export const runnerProgram: WorkspaceRule = {
  kind: 'workspace',
  id: 'runner-program',
  severity: 'error',
  suppressible: 'warnings',
  isTraced: true,
  run: (context) => [...runnerFields(context), ...missingPrograms(context)],
};

function missingPrograms({ snapshot, schema }: WorkspaceContext): Diagnostic[] {
  const object = schema.objects.get('PROJECT');
  if (object === undefined) return [];
  return snapshot.records('PROJECT').flatMap((record): Diagnostic[] => {
    const runner = snapshot.record('RUNNER', runnerName(snapshot, record));
    if (runner === undefined || fieldText(runner, 'kind') !== 'command') return [];
    const folder = posix.dirname(record.file);
    const missing = programsOf(fieldText(runner, 'program'), fieldList(runner, 'args'))
      .map((program) => posix.join(folder, program))
      .find((path) => !snapshot.files.has(path));
    if (missing === undefined) return [];
    const active =
      snapshot.record('DISPATCH', record.key)?.fields.get('status')?.value === 'active';
    return [
      {
        rule: 'runner-program',
        severity: active ? 'error' : 'warning',
        message: `the runner ${runner.key} starts ${missing}, which is missing`,
        range:
          fieldText(record, 'next_pass.runner') === ''
            ? firstLine(record)
            : fieldRange(object, record, 'next_pass.runner'),
        expected: missing,
        actual: 'no such file',
        hint: 'write the program, or name another runner in next_pass.runner',
      },
    ];
  });
}

/** Relative scripts among the arguments up to the first that is not an option. */
function programsOf(program: string, args: readonly string[]): readonly string[] {
  const script = args.find((word) => !word.startsWith('-'));
  return [
    ...(program.startsWith('./') ? [program] : []),
    ...(script !== undefined &&
    isScript(script) &&
    !posix.isAbsolute(script) &&
    !script.includes('{')
      ? [script]
      : []),
  ];
}
