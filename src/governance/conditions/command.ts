/**
 * The `command` condition: the owner's own check program, run without a shell, in the project's
 * folder, for a limited time.
 */
import { join, posix } from 'node:path';
import { defined } from '../../kernel/defined.js';
import { programsOf } from '../../project/condition-programs.js';
import { countMatches } from './regex.js';
import { printedProgress } from './distance.js';
import { lastSaid } from '../last-words.js';
import { lastLine } from './last-line.js';
import { folderOf, undecided, writableByThePass } from './context.js';
import type { ConditionContext, Outcome } from './context.js';
import type { ConditionOf } from '../../project/condition-types.js';

/** Exit code, and the output if one is asked for. */
export async function command(
  condition: ConditionOf<'command'>,
  context: ConditionContext,
): Promise<Outcome> {
  const { argv, exit, timeoutMs, stdout } = condition;
  const expected = `exit ${exit.join(' or ')}${stdout === undefined ? '' : ` and output like /${stdout.source}/`}`;
  const directory = folderOf(context);
  const refused = ownWork(argv, directory, context);
  if (refused !== undefined) return undecided(expected, refused);
  const result = await context.command({
    argv,
    cwd: join(context.snapshot.root, directory),
    timeoutMs,
    signal: context.signal,
  });
  if (result.kind === 'failed') return undecided(expected, result.why);
  if (result.exit === null) return undecided(expected, `${argv[0] ?? ''} was ended by a signal`);
  const lastOutput = exit.includes(result.exit)
    ? lastLine(result.stderr) || lastLine(result.stdout)
    : lastSaid(result, context.snapshot.root);
  const found = `exit ${result.exit}${lastOutput === '' ? '' : `: ${lastOutput}`}`;
  const outcome = { expected, found, ...defined({ progress: printedProgress(result.stdout) }) };
  if (!exit.includes(result.exit) || stdout === undefined)
    return { ...outcome, holds: exit.includes(result.exit) };
  const matched = countMatches(stdout, result.stdout, { limit: 1 });
  if (matched.kind === 'timed-out')
    return undecided(
      expected,
      `the pattern took more than ${matched.milliseconds} ms on the output`,
    );
  return { ...outcome, holds: matched.count > 0 };
}

/** A check that the pass could have written would be the pass judging itself. */
function ownWork(
  argv: readonly string[],
  directory: string,
  context: ConditionContext,
): string | undefined {
  for (const word of programsOf(argv)) {
    const path = posix.normalize(posix.join(directory, word));
    const refused = context.snapshot.files.has(path) ? writableByThePass(context, path) : undefined;
    if (refused !== undefined) return refused;
  }
  return undefined;
}
