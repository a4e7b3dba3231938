/** Finds the command that the words name, and runs it. */
import { defined } from '../../kernel/defined.js';
import { EXIT, NocturneError } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import { nearestName } from '../../kernel/nearest-name.js';
import { admit, callable } from './command-access.js';
import { type Catalogue, CATALOGUE, type Entry } from './catalogue.js';
import { checkCommand } from './check-command.js';
import { makeContext, withScope } from './context.js';
import { helpFor, helpOfGroup, helpPage } from './help.js';
import { ownWords } from './own-words.js';
import { parseWords } from './parse-words.js';
import { printResult } from './print-result.js';
import type { Context } from './types.js';

const HELP = ['--help', '-h'];

export async function dispatch(words: readonly string[]): Promise<number> {
  if (words[0] === '__complete')
    return printResult(
      { exit: EXIT.ok, text: (await completions(words.slice(1))).join('\n'), json: {} },
      false,
    );
  const found = findCommand(words, CATALOGUE) ?? findCommand(words, await moreCommands(words));
  if (found === undefined) {
    const { named } = afterOptions(words);
    const isAsked = named[0] === 'help' || words.some((word) => HELP.includes(word));
    if (named.length === 0 || named[0] === 'help')
      return printResult(
        { exit: isAsked ? EXIT.ok : EXIT.usage, text: await helpOn(words), json: {} },
        false,
      );
    throw unknown(
      named.filter((word) => !word.startsWith('-')),
      callable(await contextOf(words), await moreCommands(words)),
    );
  }
  const command = await found.entry.load();
  const own = ownWords(found.rest);
  if (HELP.some((word) => own.includes(word)))
    return printResult({ exit: EXIT.ok, text: await helpOn(words, found.name), json: {} }, false);
  const { globals, parsed } = await parseWords(found.name, command, found.rest);
  const context = await makeContext(globals);
  const commands = checkCommand(CATALOGUE, wholeCatalogue);
  try {
    const scope = admit(context, found.name, found.entry);
    return printResult(
      await command.run(
        withScope({ ...context, commands, catalogue: wholeCatalogue }, scope),
        parsed,
      ),
      globals.json,
    );
  } finally {
    context.close();
  }
}

async function wholeCatalogue(): Promise<Catalogue> {
  return (await import('./added-commands.js')).wholeCatalogue();
}

/** The candidates for a shell's completion. Outside a workspace, those are names of commands. */
async function completions(words: readonly string[]): Promise<readonly string[]> {
  const { complete } = await import('./complete.js');
  const context = await contextOf(words);
  const catalogue = callable(context, await wholeCatalogue());
  return complete(words[0] === '--' ? words.slice(1) : words, {
    catalogue,
    open: () => seenSnapshot(context),
  });
}

function seenSnapshot(context: Context): Snapshot | undefined {
  try {
    return withScope(context, admit(context, 'get', {}))
      .workspace()
      .snapshot();
  } catch (error) {
    if (error instanceof NocturneError) return undefined;
    throw error;
  }
}

/** For help and completion, which run before the words are parsed. */
function contextOf(words: readonly string[]): Promise<Context> {
  const position = words.findIndex((word) => word.startsWith('--workspace'));
  const [option = '', next] = position === -1 ? [] : words.slice(position);
  const joined = option.startsWith('--workspace=');
  const workspace = joined ? option.slice('--workspace='.length) : next;
  return makeContext({
    json: false,
    quiet: true,
    color: false,
    ...defined({ workspace }),
  });
}

/** The longest catalogue name at the start of the words, after any global options. */
function findCommand(
  words: readonly string[],
  catalogue: Catalogue,
): { name: string; entry: Entry; rest: readonly string[] } | undefined {
  const { options, named } = afterOptions(words);
  for (const length of [2, 1]) {
    const name = named.slice(0, length).join(' ');
    const entry = catalogue[name];
    if (entry !== undefined) return { name, entry, rest: [...options, ...named.slice(length)] };
  }
  return undefined;
}

/** The global options before the first word that names something, and the words from there. */
function afterOptions(words: readonly string[]): {
  readonly options: readonly string[];
  readonly named: readonly string[];
} {
  let i = 0;
  while (words[i]?.startsWith('-') === true) i += words[i] === '--workspace' ? 2 : 1;
  return { options: words.slice(0, i), named: words.slice(i) };
}

async function moreCommands(words: readonly string[]): Promise<Catalogue> {
  return words.every((word) => word.startsWith('-')) ? {} : wholeCatalogue();
}

/** Inside a pass, help shows only what the pass may call. */
async function helpOn(words: readonly string[], name?: string): Promise<string> {
  const catalogue = callable(await contextOf(words), await wholeCatalogue());
  const asked =
    name?.split(' ') ??
    afterOptions(words).named.filter((word) => !word.startsWith('-') && word !== 'help');
  const found = findCommand(asked, catalogue);
  if (found !== undefined)
    return helpFor(found.name, found.entry.summary, await found.entry.load());
  const topic = asked.join(' ');
  if (topic === '' || topic === 'all') return helpPage(catalogue, topic === 'all');
  const group = helpOfGroup(catalogue, topic);
  if (group === undefined) throw unknown(asked, catalogue);
  return group;
}

/** More than this many names are a page of help. */
const MOST_NAMED = 8;

function unknown(words: readonly string[], catalogue: Catalogue): NocturneError {
  const [first = '', second] = words;
  const inGroup = Object.keys(catalogue).filter((name) => name.startsWith(`${first} `));
  const near = nearCommand(words, { catalogue, inGroup });
  const few = inGroup.length > MOST_NAMED ? [] : inGroup;
  const meant = near === undefined ? few : [near];
  return new NocturneError(
    'USAGE',
    inGroup.length > 0 && second === undefined
      ? `"nocturne ${first}" needs a second word`
      : `there is no command "${inGroup.length > 0 ? `${first} ${second}` : first}"`,
    {
      hint:
        meant.length > 0
          ? `did you mean ${meant.map((name) => `nocturne ${name}`).join(', ')}?`
          : listOf(inGroup.length > 0 ? first : undefined),
    },
  );
}

function listOf(group: string | undefined): string {
  return group === undefined
    ? 'nocturne --help lists the commands'
    : `nocturne help ${group} lists the commands`;
}

function nearCommand(
  [first = '', second]: readonly string[],
  { catalogue, inGroup }: { catalogue: Catalogue; inGroup: readonly string[] },
): string | undefined {
  const names = Object.keys(catalogue);
  const whole = second === undefined ? undefined : nearestName(`${first} ${second}`, names);
  if (inGroup.length > 0) return whole;
  const groups = names.map((name) => name.split(' ')[0] ?? '');
  return whole ?? nearestName(first, [...names, ...groups]);
}
