/** `tool`: calls any agent tool by its name, with its arguments as options or as JSON. */
import { readInputText } from '../../../kernel/read-input.js';
import { NocturneError } from '../../../kernel/error.js';
import { servedTools } from '../../../modules/served-tools.js';
import { unknownTool } from '../../../tools/tool-arguments.js';
import { toolResult } from '../tool-call.js';
import type { Command, Context } from '../types.js';

export const tool: Command = {
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
      throw new NocturneError('USAGE', unknownTool(name, names), {
        hint: 'nocturne mcp --list shows the tools',
      });
    }
    const args = words.length === 1 && words[0] === '-' ? fromInput(context) : fromOptions(words);
    return toolResult(context, tool, args, 'actor');
  },
};

function fromInput(context: Context): Readonly<Record<string, unknown>> {
  const hint = 'pipe in one JSON object with the arguments of the tool';
  const text = readInputText({ cwd: context.cwd, file: '-', hint });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new NocturneError('USAGE', 'standard input is not JSON', { hint, cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new NocturneError('USAGE', 'standard input is not a JSON object', { hint });
}

/** `--old-text X`, `--old_text=X`; an option without a value is true. */
function fromOptions(words: readonly string[]): Readonly<Record<string, unknown>> {
  const args: Record<string, unknown> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const [, option, value] = /^--([a-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (option === undefined)
      throw new NocturneError('USAGE', `"${word}" does not follow an option`, {
        hint: 'write --name value for each argument, or - to pass them as JSON on standard input',
      });
    const next = words[i + 1];
    const follows = value === undefined && next !== undefined && !next.startsWith('--');
    if (follows) i += 1;
    args[option.replaceAll('-', '_')] = follows ? next : (value ?? true);
  }
  return args;
}
