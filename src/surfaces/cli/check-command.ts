/** Says what is wrong with a command that a page names. */
import { nearestName } from '../../kernel/nearest-name.js';
import type { CommandCheck, CommandProblem } from '../../validate/rule.js';
import type { Catalogue } from './catalogue.js';
import type { OptionSpec } from './types.js';

const EVERYWHERE = ['--workspace <dir>', '--json', '--quiet', '--no-color', '--debug', '--help'];

/** @param whole the commands with those of modules and hosts, for a name that the core lacks. */
export function checkCommand(core: Catalogue, whole: () => Promise<Catalogue>): CommandCheck {
  let catalogue = core;
  return async (words) => {
    let name = commandName(catalogue, words);
    if (name === undefined && catalogue === core) {
      catalogue = await whole();
      name = commandName(catalogue, words);
    }
    if (name === undefined) return unknownCommand(catalogue, words);
    const command = await catalogue[name]?.load();
    if (command === undefined || command.takesAnyOption === true) return undefined;
    return optionProblem(name, words, [
      ...EVERYWHERE.map((flags) => ({ flags, description: '' })),
      ...(command.options ?? []),
    ]);
  };
}

function commandName(catalogue: Catalogue, words: readonly string[]): string | undefined {
  return [words.slice(0, 2).join(' '), words[0] ?? ''].find(
    (name) => catalogue[name] !== undefined,
  );
}

/** A first word of several commands, such as `pass`, may stand alone. */
function unknownCommand(
  catalogue: Catalogue,
  words: readonly string[],
): CommandProblem | undefined {
  const [first = '', second = ''] = words;
  const names = Object.keys(catalogue);
  const group = names.filter((name) => name.startsWith(`${first} `));
  if (group.length > 0 && !/^[a-z]/.test(second)) return undefined;
  const typed = group.length > 0 ? `${first} ${second}` : first;
  return {
    message: `nocturne ${typed}, which is not a command`,
    expected:
      nearestName(typed, names) ?? (group.join(', ') || 'a command such as nocturne status'),
  };
}

function optionProblem(
  name: string,
  words: readonly string[],
  options: readonly OptionSpec[],
): CommandProblem | undefined {
  for (const [index, word] of words.entries()) {
    const [, flag = '', value] =
      /^(--[a-z][a-z-]*)(=.*)?$/.exec(word.replace(/[,.;)]+$/, '')) ?? [];
    if (flag === '') continue;
    const option = options.find(({ flags }) => flags.split(/[ ,]+/).includes(flag));
    if (option === undefined)
      return {
        message: `nocturne ${name} ${flag}, which is not an option of it`,
        expected: options.map(({ flags }) => flags).join(', '),
      };
    const next = words[index + 1];
    if (option.flags.includes('<') && value === undefined && (next ?? '--').startsWith('--'))
      return {
        message: `nocturne ${name} ${flag} without its value`,
        expected: option.flags,
      };
    const given = value?.slice(1) ?? next ?? '';
    if (option.choices !== undefined && /^[a-z-]+$/.test(given) && !option.choices.includes(given))
      return {
        message: `nocturne ${name} ${flag} ${given}, which is not a value of it`,
        expected: option.choices.join(', '),
      };
  }
  return undefined;
}
