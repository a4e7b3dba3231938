/** The runner of kind `command`: a program that reads the prompt and prints a report at the end. */
import { defined } from '../kernel/defined.js';
import { emptyReport, readReport } from './parse-report.js';
import { filledArguments, programRunner, type ProgramRunnerOptions } from './program-runner.js';
import { type FailureCode, type Runner, NO_USAGE } from './types.js';

/**
 * 0: finished. 75 (EX_TEMPFAIL): nothing was done, try again later. 77 (EX_NOPERM): the owner must
 * log in. Anything else: crashed.
 */
const FAILURE_OF_EXIT: ReadonlyMap<number, FailureCode> = new Map([
  [75, 'transient'],
  [77, 'auth-required'],
]);

export function commandRunner(options: ProgramRunnerOptions): Runner {
  return programRunner(
    'command',
    (input, files) => ({
      program: input.spec.program,
      args: filledArguments(input, files),
      stdin: input.prompt,
      read(end) {
        const { report, usage, found } =
          end.bytes > 0
            ? readReport(end.stdout)
            : {
                report: emptyReport(['The program printed nothing.']),
                usage: NO_USAGE,
                found: false,
              };
        const failure =
          end.exitCode === 0 ? undefined : (FAILURE_OF_EXIT.get(end.exitCode ?? -1) ?? 'crashed');
        return {
          usage,
          report,
          tail: end.tail,
          model: input.model,
          notes: found || input.wants !== undefined ? [] : ['It gave no report.'],
          ...defined({ failure, answer: input.wants === 'answer' ? end.stdout : undefined }),
        };
      },
    }),
    options,
  );
}
