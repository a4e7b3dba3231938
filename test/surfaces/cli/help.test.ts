import { parse } from 'shell-quote';
import t from 'tap';
import { CATALOGUE } from '../../../src/surfaces/cli/catalogue.js';
import { helpFor, helpOfGroup, helpPage } from '../../../src/surfaces/cli/help.js';
import { parseWords } from '../../../src/surfaces/cli/parse-words.js';
import { wholeCatalogue } from '../../../src/surfaces/cli/added-commands.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { callForText } from './run-cli.js';

t.test('every command has a page, and its examples are words that it takes', async (t) => {
  for (const [name, entry] of Object.entries(CATALOGUE)) {
    const command = await entry.load();
    t.ok(command.examples.length > 0, `${name} has an example`);
    t.match(
      helpFor(name, entry.summary, command),
      command.examples[0] ?? '',
      `${name}: its page shows it`,
    );
    for (const example of command.examples) {
      const words = wordsAfterNocturne(example);
      t.equal(
        words.slice(0, name.split(' ').length).join(' '),
        name,
        `${example}: is about ${name}`,
      );
      await t.resolves(parseWords(name, command, words.slice(name.split(' ').length)), example);
    }
    t.ok(
      entry.summary.length <= 80 && !/[.!]$/.test(entry.summary),
      `${name}: one line without a full stop`,
    );
  }
});

/** The words of the first command that is nocturne's, up to a pipe or a redirection. */
function wordsAfterNocturne(example: string): readonly string[] {
  const parts = parse(example.replace(/^source <\(|\)$/g, ''));
  const end = parts.findIndex((part) => typeof part !== 'string' && !('pattern' in part));
  const words = parts
    .slice(0, end === -1 ? parts.length : end)
    .map((part) => (typeof part === 'string' ? part : 'pattern' in part ? part.pattern : ''));
  return words.slice(words.indexOf('nocturne') + 1);
}

t.test('one page for all of them', async (t) => {
  const catalogue = await wholeCatalogue();
  const page = helpPage(catalogue, true);
  for (const name of Object.keys(catalogue)) t.match(page, new RegExp(`^ {2}${name} `, 'm'));
  t.ok(page.split('\n').every((line) => line.length <= 120));
  const screen = helpPage(catalogue);
  for (const name of Object.keys(catalogue))
    for (const word of name.split(' '))
      t.match(screen, new RegExp(`(?<![\\w-])${word}(?![\\w-])`), name);
  t.ok(
    screen.split('\n').length <= 50 && screen.split('\n').every((line) => line.length <= 120),
    'one screen',
  );
});

t.test('a group has a page of its own, a line for each command', async (t) => {
  const catalogue = await wholeCatalogue();
  const page = helpOfGroup(catalogue, 'plan') ?? '';
  const inGroup = Object.keys(catalogue).filter((name) => name.startsWith('plan '));
  for (const name of inGroup) t.match(page, new RegExp(`^ {2}${name} {2,}[a-z]`, 'm'));
  t.equal(helpOfGroup(catalogue, 'nothing'), undefined);
  const place = makeWorkspace(t.testdir());
  t.match(await callForText(place, ['help', 'plan']), { exit: 0, text: /^nocturne plan has/ });
  t.match(await callForText(place, ['plan']), { exit: 2, text: /nocturne help plan lists/ });
});

t.test('a word that is no command is answered with the one that was meant', async (t) => {
  const place = makeWorkspace(t.testdir());
  for (const [words, meant] of [
    [['statsu'], 'nocturne status'],
    [['lock', 'brake'], 'nocturne lock break'],
    [['project'], 'nocturne project list'],
    [['projct', 'list'], 'nocturne project list'],
    [['projct'], 'nocturne project'],
    [['help', 'statsu'], 'nocturne status'],
    [['help', 'project', 'nwe'], 'nocturne project new'],
  ] as const) {
    t.match(await callForText(place, words), { exit: 2, text: meant });
  }
  t.match(await callForText(place, ['help', 'set']), { exit: 0, text: /^nocturne set <address>/ });
  t.match(await callForText(place, []), { exit: 2, text: /^nocturne: let AI agents/ });
  t.match(await callForText(place, ['--help']), { exit: 0, text: /^nocturne: let AI agents/ });
  t.match(await callForText(place, ['help', 'all']), { exit: 0, text: /^nocturne: let AI agents/ });
  for (const words of [['--workspace'], ['--workspace', place.root], ['--json']])
    t.match(await callForText(place, words), { exit: 2, text: /^nocturne: let AI agents/ });
});
