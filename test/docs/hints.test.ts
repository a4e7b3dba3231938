/** Every command that a hint or a message names exists, with the options that it gives. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { CATALOGUE } from '../../src/surfaces/cli/catalogue.js';
import { parseWords } from '../../src/surfaces/cli/parse-words.js';
import { wholeCatalogue } from '../../src/surfaces/cli/added-commands.js';
import { commandProblem } from '../support/named-command.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const filesIn = (folder: string, end: string): readonly string[] =>
  readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name));

/** Texts that are hashed or sent, and sentences about the program. */
const NO_COMMAND =
  /^(?:manifest v1|chain v1|commit mutex|journal v1|in |did not |went away|as absolute|asks|refuses this|does exactly|-a )/;

type Named = { readonly place: string; readonly words: readonly string[] };

/** `nocturne …` in the string literals of a source file: up to the end of the literal or sentence. */
function inSource(path: string): readonly Named[] {
  return read(path)
    .split('\n')
    .flatMap((line, i) =>
      /^\s*(?:\/?\*|\/\/)/.test(line)
        ? []
        : namedIn(
            line
              .replace(/\\['"`]/g, '"')
              .replace(/\s\/\/ .*$/, '')
              .replace(/\$\{[^{}]*\}/g, 'VALUE'),
            /['"`]/,
          )
            .filter((text) => !text.startsWith('VALUE'))
            .map((text) => ({ place: `${path}:${i + 1}`, words: text.split(/\s+/) })),
    );
}

/** The hints of rules, and the pages that explain them. A bad example may name anything. */
function inPage(path: string): readonly Named[] {
  const page = read(path).replace(/^## Bad$[^]*?(?=^## Good$)/m, (bad) => bad.replace(/.+/g, ''));
  return page.split('\n').flatMap((line, i) =>
    (line.startsWith('- **Hint:**') ? namedIn(line, /['"`]/) : spans(line)).map((text) => ({
      place: `${path}:${i + 1}`,
      words: text.split(/\s+/),
    })),
  );
}

function namedIn(line: string, end: RegExp): readonly string[] {
  return [...line.matchAll(/(?<![\w./:-])nocturne (?=[a-z-]|VALUE)/g)].flatMap(({ index }) => {
    const [text = ''] = line.slice(index + 'nocturne '.length).split(end);
    const [sentence = ''] = text.split(/[.;] |\\n| nocturne /);
    return NO_COMMAND.test(sentence) ? [] : [sentence];
  });
}

function spans(line: string): readonly string[] {
  return [...line.matchAll(/`nocturne ([a-z][^`]*)`/g)].map((found) => found[1] ?? '');
}

t.test('every command that the source names exists, with its options', async (t) => {
  const named = filesIn('src', '.ts').flatMap(inSource);
  t.ok(named.length > 150, `${named.length} commands are named`);
  const wrong: string[] = [];
  for (const { place, words } of named) {
    const problem = await commandProblem(words);
    if (problem !== undefined) wrong.push(`${place}: nocturne ${words.join(' ')}: ${problem}`);
  }
  t.same(wrong, []);
});

t.test('every command that rules and their pages name exists, with its options', async (t) => {
  const pages = [
    'REGISTRY.md',
    ...filesIn('orchestration-os/rules-reference', '.md'),
    ...filesIn('src/modules', 'schema.md'),
    'src/setup/agents-page.md',
  ];
  const wrong: string[] = [];
  for (const { place, words } of pages.flatMap(inPage)) {
    const problem = await commandProblem(words);
    if (problem !== undefined) wrong.push(`${place}: nocturne ${words.join(' ')}: ${problem}`);
  }
  t.same(wrong, []);
});

t.test('every example of every command can be parsed', async (t) => {
  const catalogue = await wholeCatalogue();
  t.ok(Object.keys(catalogue).length >= Object.keys(CATALOGUE).length);
  for (const [name, entry] of Object.entries(catalogue)) {
    const command = await entry.load();
    for (const example of command.examples) {
      const words = (
        example.replace(/^source <\((.*)\)$/, '$1').match(/'[^']*'|"[^"]*"|\S+/g) ?? []
      ).map((word) => word.replace(/^(['"])(.*)\1$/s, '$2'));
      const own = words.indexOf('nocturne') + 1;
      const end = words.findIndex((word, i) => i >= own && /^(?:\||>+|<|&&)$/.test(word));
      const rest = words.slice(own, end === -1 ? undefined : end);
      t.equal(rest.slice(0, name.split(' ').length).join(' '), name, example);
      await t.resolves(parseWords(name, command, rest.slice(name.split(' ').length)), example);
    }
  }
});

t.test('a command that does not exist is found', async (t) => {
  for (const [line, problem] of [
    ['audit repair', 'no such command'],
    ['frobnicate the log', 'no such command'],
    ['sign --everything as the owner', /unknown option '--everything'/],
    ['init --join --key FILE', undefined],
    ['sign --all as the owner', undefined],
    ['audit anchor', undefined],
  ] as const)
    t.match((await commandProblem(line.split(' '))) ?? 'none', problem ?? 'none', line);
});
