/** Parses a command's words with commander: arguments, its own options, and global options. */
import { terminalHasColors } from './terminal-has-colors.js';
import { Command as Commander, CommanderError, Option } from 'commander';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import type { GlobalOptions } from './context.js';
import { textOption } from './options.js';
import type { Command, Parsed } from './types.js';

export async function parseWords(
  name: string,
  command: Command,
  words: readonly string[],
): Promise<{ globals: GlobalOptions; parsed: Parsed }> {
  const program = new Commander(`nocturne ${name}`);
  let message = '';
  program
    .exitOverride()
    .configureOutput({
      writeErr: (text) => {
        message += text;
      },
      writeOut: () => undefined,
    })
    .helpOption(false)
    .option('--workspace <dir>')
    .option('--json')
    .option('--quiet')
    .option('--no-color')
    .option('--debug');
  if (command.args !== undefined) program.arguments(command.args);
  for (const option of command.options ?? [])
    program.addOption(
      option.choices === undefined
        ? new Option(option.flags, option.description)
        : new Option(option.flags, option.description).choices([...option.choices]),
    );
  if (command.takesAnyOption === true) program.allowUnknownOption();
  const taken: string[] = [];
  program.action(() => {
    taken.push(...program.args);
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new NocturneError(
      'USAGE',
      `nocturne ${name}: ${(message || error.message)
        .replace(/^error: /, '')
        .trim()
        .replaceAll('\n', ' ')}`,
      { hint: `nocturne ${name} --help shows the options` },
    );
  }
  const options = program.opts<Record<string, unknown>>();
  const color = options['color'] !== false && terminalHasColors();
  return {
    globals: {
      ...defined({ workspace: textOption(options, 'workspace') }),
      json: options['json'] === true,
      quiet: options['quiet'] === true,
      color,
    },
    parsed: { args: taken, options },
  };
}
