/** In which folders the steps of a command may run, as far as `cd` and `exit` show. */
import { defined } from '../../kernel/defined.js';
import type { CommandWorld, Folders } from './command-findings.js';
import type { Command, SimpleCommand, Step } from './shell-types.js';

/** `chained`: where a step runs if the one before succeeded. */
export type Places = { readonly now: Folders; readonly chained: Folders };

const MOST_FOLDERS = 8;
const UNKNOWN: Folders = [undefined];
const MOVES = /^(?:cd|pushd|popd|chdir|eval)$/;

export function startOf({ join }: Step, before: Places): Folders {
  if (join === '&&') return before.chained;
  return join === '||' ? union(before.now, before.chained) : before.now;
}

/** Whether it could leave the shell in another folder. What eval runs is not inspected. */
export function mayMove(command: Command): boolean {
  if (command.kind === 'group')
    return !command.subshell && command.body.steps.some((step) => step.pipeline.some(mayMove));
  const [first, ...rest] = command.words;
  if (first === undefined) return false;
  if (/^(?:command|builtin|exec)$/.test(first.text))
    return rest.some((word) => MOVES.test(word.text) || word.certainty !== 'sure');
  return MOVES.test(first.text);
}

/** `astray`: it leaves the workspace, or goes through a link. */
export function placesAfter(
  step: Step,
  world: CommandWorld,
  { before, start }: { readonly before: Places; readonly start: Folders },
): Places & { readonly astray?: boolean } {
  const only = step.pipeline.length === 1 && !step.background ? step.pipeline[0] : undefined;
  const command = only?.kind === 'simple' ? only : undefined;
  if (command !== undefined && leaves(command) && step.join === '||')
    return { now: before.chained, chained: before.chained };
  if (!step.pipeline.some(mayMove)) return { now: before.now, chained: start };
  if (command === undefined || command.words[0]?.text !== 'cd')
    return { now: UNKNOWN, chained: UNKNOWN };
  const moved = follow(command, world, start);
  const arrived = moved?.map((folder) => folder.path) ?? UNKNOWN;
  const certain = step.join === ';' && moved?.every((folder) => folder.exists) === true;
  return {
    now: certain ? arrived : union(before.now, start, arrived),
    chained: step.join === '||' ? union(before.chained, arrived) : arrived,
    ...defined({ astray: moved === undefined || undefined }),
  };
}

export function union(...lists: readonly Folders[]): Folders {
  const all = [...new Set(lists.flat())];
  return all.length > MOST_FOLDERS ? UNKNOWN : all;
}

/** `exit` and `return` end the script, so what follows `… || exit` ran only after success. */
function leaves(command: SimpleCommand): boolean {
  return command.words[0]?.certainty === 'sure' && /^(?:exit|return)$/.test(command.words[0].text);
}

/** `undefined`: it leaves the workspace from one of the folders. */
function follow(
  command: SimpleCommand,
  world: CommandWorld,
  start: Folders,
): readonly { path: string | undefined; exists: boolean }[] | undefined {
  const args = command.words.slice(1).filter((word) => !/^(?:--|-[LP])$/.test(word.text));
  const target = args.length === 1 && args[0]?.certainty === 'sure' ? args[0].text : '';
  if (target === '' || target === '-') return [{ path: undefined, exists: true }];
  const moved = start.map((from) =>
    from === undefined ? { path: undefined, exists: true } : world.folder(from, target),
  );
  return moved.some((folder) => folder === undefined)
    ? undefined
    : moved.filter((folder) => folder !== undefined);
}
