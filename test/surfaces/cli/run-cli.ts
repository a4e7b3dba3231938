/**
 * Calls a command through its function and through the real process, and tells what came out of
 * both in one form.
 */
import { fileURLToPath } from 'node:url';
import { NocturneError } from '../../../src/kernel/error.js';
import { CATALOGUE } from '../../../src/surfaces/cli/catalogue.js';
import type { Entry } from '../../../src/surfaces/cli/catalogue.js';
import { wholeCatalogue } from '../../../src/surfaces/cli/added-commands.js';
import { parseWords } from '../../../src/surfaces/cli/parse-words.js';
import type { Context } from '../../../src/surfaces/cli/types.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { systemClock, type Clock } from '../../../src/kernel/clock.js';
import {
  type Answered,
  askStanding,
  type Asked,
  callProgram,
} from '../../support/standing-process.js';

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

export type CliPlace = { readonly root: string; readonly home: string };
export type CliOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly width?: number;
  readonly cwd?: string;
};
/** `json`: the one document on stdout, without `schema`. `text`: what a person would read. */
export type CliOutcome = {
  readonly exit: number;
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
};

/** As `main` would answer, without a process. */
export async function callCommand(
  place: CliPlace,
  words: readonly string[],
  options: CliOptions = {},
): Promise<CliOutcome> {
  const catalogue = await catalogueFor(words);
  const [name, rest] = named(catalogue, words);
  const entry = catalogue[name];
  if (entry === undefined) throw new Error(`no command ${name}`);
  const command = await entry.load();
  try {
    const { parsed } = await parseWords(name, command, rest);
    const result = await command.run(contextFor(place, options), parsed);
    return {
      exit: result.exit,
      json: { ok: result.exit === 0, ...result.json },
      text: result.raw ?? result.text,
    };
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    const { message, hint, exit } = error;
    return {
      exit,
      json: { ok: false, error: error.document },
      text: `${message}\n${hint ?? ''}`,
    };
  }
}

export function contextFor(place: CliPlace, options: CliOptions = {}): Context {
  const clock = options.clock ?? systemClock;
  const workspace = openWorkspace(place.root, { home: place.home, clock });
  return {
    env: options.env ?? {},
    cwd: options.cwd ?? place.root,
    clock,
    home: place.home,
    json: false,
    quiet: true,
    color: false,
    width: options.width ?? 100,
    interactive: false,
    packageRoot: REPOSITORY,
    root: () => place.root,
    workspace: () => workspace,
    progress: () => undefined,
    catalogue: wholeCatalogue,
  };
}

/** `nocturne WORDS`: what it printed, and its exit code. */
const callIn = (
  place: CliPlace,
  words: readonly string[],
  options: CliOptions & { readonly input?: string },
): Promise<Answered> => callProgram(askedOf(place, words, options), options.input);

/** With `--json`. */
export async function callProcess(
  place: CliPlace,
  words: readonly string[],
  options: CliOptions = {},
): Promise<CliOutcome> {
  const { exit, stdout } = await callIn(place, [...words, '--json'], options);
  return { exit, json: documentOf(stdout), text: '' };
}

/** What a person sees: stdout, then stderr. */
export async function callForText(
  place: CliPlace,
  words: readonly string[],
  options: CliOptions & { readonly input?: string } = {},
): Promise<{ readonly exit: number; readonly text: string }> {
  const { exit, stdout, stderr } = await callIn(place, words, options);
  return { exit, text: `${stdout}${stderr}` };
}

/**
 * Many, one after the other, all asked of the process that stays. It is the whole command line but
 * for `bin/nocturne.cjs`: words, environment, who calls, exit codes. Not for `gate` and `hook`.
 */
export async function callMany(
  place: CliPlace,
  many: readonly (readonly string[])[],
  options: CliOptions & { readonly json?: boolean } = {},
): Promise<readonly CliOutcome[]> {
  const { json = true } = options;
  const outcomes: CliOutcome[] = [];
  for (const words of many) {
    const asked = askedOf(place, json ? [...words, '--json'] : words, options);
    const { exit, stdout, stderr } = await askStanding(asked);
    outcomes.push({
      exit,
      json: json ? documentOf(stdout) : {},
      text: json ? '' : `${stdout}${stderr}`,
    });
  }
  return outcomes;
}

function documentOf(stdout: string): Readonly<Record<string, unknown>> {
  const lines = stdout.trimEnd().split('\n');
  if (lines.length !== 1) throw new Error(`expected one JSON document, got:\n${stdout}`);
  const { schema, ...json } = JSON.parse(stdout) as Record<string, unknown>;
  if (schema !== 1) throw new Error(`schema is ${String(schema)}`);
  return json;
}

function askedOf(place: CliPlace, words: readonly string[], options: CliOptions): Asked {
  const { NOCTURNE_RUN: _, NOCTURNE_PASS_TOKEN: __, ...clean } = process.env;
  const own = { NOCTURNE_HOME: place.home, COLUMNS: String(options.width ?? 100) };
  return { words, env: { ...clean, ...own, ...options.env }, cwd: options.cwd ?? place.root };
}

/** As the command line: modules are loaded only for words that the core does not know. */
async function catalogueFor(words: readonly string[]): Promise<Readonly<Record<string, Entry>>> {
  return named(CATALOGUE, words)[0] in CATALOGUE ? CATALOGUE : wholeCatalogue();
}

function named(
  catalogue: Readonly<Record<string, Entry>>,
  words: readonly string[],
): [string, readonly string[]] {
  const two = words.slice(0, 2).join(' ');
  return two in catalogue ? [two, words.slice(2)] : [words[0] ?? '', words.slice(1)];
}
