/** The command line: words → one command → one result on stdout, one exit code. */
import { EXIT, type ExitCode, NocturneError } from '../../kernel/error.js';
import { CATALOGUE } from './catalogue.js';
import { makeContext } from './context.js';
import { helpFor, helpPage } from './help.js';
import { parseWords } from './parse-words.js';
import type { CommandResult } from './types.js';

export async function main(words: readonly string[]): Promise<void> {
  const wantsJson = words.includes('--json');
  const debug = words.includes('--debug');
  let exit: ExitCode;
  try {
    exit = await dispatch(words);
  } catch (error) {
    exit = complain(error, { json: wantsJson, debug });
  }
  process.exitCode = exit;
}

async function dispatch(words: readonly string[]): Promise<ExitCode> {
  const found = findCommand(words);
  if (found === undefined) {
    const first = words.find((word) => !word.startsWith('-'));
    if (first === undefined || first === 'help') return print({ exit: words.length === 0 ? EXIT.usage : EXIT.ok, text: await helpOn(words), json: {} }, false);
    throw unknown(words.filter((word) => !word.startsWith('-')));
  }
  const { command } = await found.entry.load();
  if (found.rest.includes('--help') || found.rest.includes('-h')) return print({ exit: EXIT.ok, text: helpFor(found.name, found.entry.summary, command), json: {} }, false);
  const { globals, parsed } = await parseWords(found.name, command, found.rest);
  const context = makeContext(globals);
  try {
    return print(await command.run(context, parsed), globals.json);
  } finally {
    context.close();
  }
}

/** The longest catalogue name at the start of the words; options of every command may stand before it. */
function findCommand(words: readonly string[]): { name: string; entry: (typeof CATALOGUE)[string]; rest: readonly string[] } | undefined {
  const before: string[] = [];
  let i = 0;
  for (; i < words.length && words[i]?.startsWith('-') === true; i++) {
    before.push(words[i] ?? '');
    if (words[i] === '--workspace') before.push(words[++i] ?? '');
  }
  for (const length of [2, 1]) {
    const name = words.slice(i, i + length).join(' ');
    const entry = CATALOGUE[name];
    if (entry !== undefined) return { name, entry, rest: [...before, ...words.slice(i + length)] };
  }
  return undefined;
}

async function helpOn(words: readonly string[]): Promise<string> {
  const asked = words.filter((word) => !word.startsWith('-') && word !== 'help').join(' ');
  const entry = CATALOGUE[asked];
  return entry === undefined ? helpPage() : helpFor(asked, entry.summary, (await entry.load()).command);
}

function unknown(words: readonly string[]): NocturneError {
  const asked = words.slice(0, 2).join(' ');
  const inGroup = Object.keys(CATALOGUE).filter((name) => name.startsWith(`${words[0]} `));
  const near = inGroup.length > 0 ? inGroup : Object.keys(CATALOGUE).filter((name) => distance(name, words[0] ?? '') <= 2);
  return new NocturneError('USAGE', `there is no command "${inGroup.length > 0 ? asked : words[0]}"`, { hint: near.length > 0 ? `did you mean ${near.map((name) => `nocturne ${name}`).join(', ')}?` : 'nocturne --help lists the commands' });
}

function print(result: CommandResult, json: boolean): ExitCode {
  if (result.raw !== undefined) process.stdout.write(result.raw.endsWith('\n') ? result.raw : `${result.raw}\n`);
  else if (json) process.stdout.write(`${JSON.stringify({ schema: 1, ok: result.exit === EXIT.ok, ...result.json })}\n`);
  else if (result.text !== '') process.stdout.write(result.text.endsWith('\n') ? result.text : `${result.text}\n`);
  return result.exit;
}

/** The one place where a thrown error is caught. */
function complain(error: unknown, options: { json: boolean; debug: boolean }): ExitCode {
  const known = error instanceof NocturneError ? error : new NocturneError('INTERNAL', error instanceof Error ? error.message : String(error), { hint: 'this is a bug in nocturne; run again with --debug and report what it prints' });
  if (options.json) {
    const { code, message, hint, place } = known;
    process.stdout.write(`${JSON.stringify({ schema: 1, ok: false, error: { code, message, ...(hint === undefined ? {} : { hint }), ...place } })}\n`);
  } else {
    const { file, line, column } = known.place;
    const where = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`}  `;
    process.stderr.write(`${where}${known.code}: ${known.message}\n${known.hint === undefined ? '' : `  ${known.hint}\n`}`);
  }
  if (options.debug) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return known.exit;
}

/** Edit distance (Levenshtein, 1966), for "did you mean". */
export function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) current[j] = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
    previous = current;
  }
  return previous[b.length] ?? 0;
}
