/** `tool`: any tool of agents by its name, with its arguments as options or as JSON. */
import { readInputText } from '../../../kernel/read-input.js';
import { NocturneError } from '../../../kernel/error.js';
import { servedTools } from '../../../modules/served-tools.js';
import { unknownTool } from '../../../tools/tool-arguments.js';
import { toolResult } from '../tool-call.js';
import type { Command, Context } from '../types.js';

export const command: Command = {
  args: '<name> [arguments...]',
  takesAnyOption: true,
  examples: [
    'nocturne tool read --path SOUL.md --from 1 --to 1',
    'nocturne tool impact --path SOUL.md',
    'nocturne tool search - < arguments.json',
  ],
  async run(context, { args: [name = '', ...words] }) {
    const tools = await servedTools(context.workspace(), 'command line');
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined) {
      const names = tools.map((entry) => entry.name);
      throw new NocturneError('USAGE', unknownTool(name, names), { hint: 'nocturne mcp --list' });
    }
    return toolResult(context, tool, argumentsOf(context, words), 'actor');
  },
};

function argumentsOf(
  context: Context,
  words: readonly string[],
): Readonly<Record<string, unknown>> {
  return words.length === 1 && words[0] === '-' ? fromInput(context) : fromOptions(words);
}

function fromInput(context: Context): Readonly<Record<string, unknown>> {
  const hint = 'pipe one JSON object with the arguments of the tool into the command';
  const text = readInputText({ cwd: context.cwd, file: '-', hint });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new NocturneError('USAGE', 'standard input is not JSON', {
      hint: 'give one object with the arguments of the tool',
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new NocturneError('USAGE', 'standard input is not an object of JSON', {
    hint: 'give one object with the arguments of the tool',
  });
}

/** `--old-text X`, `--old_text=X`; an option without a value is true. */
function fromOptions(words: readonly string[]): Readonly<Record<string, unknown>> {
  const args: Record<string, unknown> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const [, option, value] = /^--([a-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (option === undefined)
      throw new NocturneError('USAGE', `"${word}" belongs to no option`, {
        hint: 'write --name value for each argument, or - to give them as JSON on standard input',
      });
    const next = words[i + 1];
    const follows = value === undefined && next !== undefined && !next.startsWith('--');
    if (follows) i += 1;
    args[option.replaceAll('-', '_')] = follows ? next : (value ?? true);
  }
  return args;
}
