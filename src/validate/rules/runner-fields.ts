/** Part of rule runner-program: what a section of RUNNERS.md says can be started. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { nearestName } from '../../kernel/nearest-name.js';
import type { Rec } from '../../markdown/types.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { RUNNER_ARGUMENTS, RUNNER_KINDS } from '../../project/runner-arguments.js';
import { itemRange } from '../field-items.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceContext } from '../rule.js';

type Problem = Pick<Diagnostic, 'message' | 'expected' | 'actual' | 'hint'>;

export function runnerFields({ snapshot, schema }: WorkspaceContext): Diagnostic[] {
  const object = schema.objects.get('RUNNER');
  if (object === undefined) return [];
  return snapshot.records('RUNNER').flatMap((runner): Diagnostic[] => {
    const found = { kind: kindProblem(runner), program: programProblem(runner) };
    return [
      ...Object.entries(found).flatMap(([field, problem]) =>
        problem === undefined
          ? []
          : [{ ...error(problem), range: fieldRange(object, runner, field) }],
      ),
      ...argumentProblems(runner),
    ];
  });
}

function error(problem: Problem): Omit<Diagnostic, 'range'> {
  return { rule: 'runner-program', severity: 'error', ...problem };
}

function kindProblem(runner: Rec): Problem | undefined {
  const kind = fieldText(runner, 'kind');
  const meant = nearestName(kind, RUNNER_KINDS);
  if (meant === undefined || meant === kind) return undefined;
  return {
    message: `no runner is of the kind ${kind}, so each pass of ${runner.key} fails`,
    expected: RUNNER_KINDS.join(', '),
    actual: kind,
    hint: `did you mean ${meant}?`,
  };
}

/** A program is started as it is written: no shell reads it. */
function programProblem(runner: Rec): Problem | undefined {
  const program = fieldText(runner, 'program');
  const reads = {
    'a program without its arguments': /^[^/\s]+\s/,
    'a path from / or from the root of the workspace': /^~/,
    'a name without a variable': /\$|%\w+%/,
    'a name without quotes or backticks': /^[`'"]/,
  };
  const [expected] = Object.entries(reads).find(([, mark]) => mark.test(program)) ?? [];
  if (expected === undefined) return undefined;
  return {
    message: `the runner ${runner.key} cannot start ${program}, because no shell reads it`,
    expected,
    actual: program,
    hint: 'write its arguments into the block "yaml args"',
  };
}

function argumentProblems(runner: Rec): Diagnostic[] {
  const cell = runner.fields.get('args');
  if (cell === undefined) return [];
  return fieldList(runner, 'args').flatMap((argument) =>
    [...argument.matchAll(/\{([A-Za-z_ -]+)\}/g)].flatMap(([whole, name = '']): Diagnostic[] => {
      const meant = nearestName(name, RUNNER_ARGUMENTS);
      if (meant === undefined || meant === name) return [];
      return [
        {
          ...error({
            message: `nothing fills ${whole} in the arguments of ${runner.key}`,
            expected: RUNNER_ARGUMENTS.map((known) => `{${known}}`).join(', '),
            actual: whole,
            hint: `did you mean {${meant}}?`,
          }),
          range: itemRange(cell, argument),
        },
      ];
    }),
  );
}
