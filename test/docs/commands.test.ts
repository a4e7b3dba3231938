import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { commandProblem } from '../support/named-command.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(REPOSITORY, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(REPOSITORY, 'orchestration-os'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `orchestration-os/${name}`),
];

t.test(
  'every command that the pages name exists, with the options that they give it',
  async (t) => {
    for (const page of PAGES)
      for (const line of commandLines(read(page))) {
        const problem = await commandProblem(line.split(/\s+/).slice(1));
        t.equal(problem, undefined, `${page}: ${line}`);
      }
  },
);

t.test('the README is short, and its test command is the one that CI runs', async (t) => {
  t.ok(read('README.md').split('\n').length <= 151, 'at most 150 lines');
  const commands = [...read('README.md').matchAll(/^npm ci && npm (?:run )?\S+/gm)].map(
    (found) => found[0],
  );
  t.same(commands, ['npm ci && npm run night', 'npm ci && npm test']);
  t.ok(read('.ci/run').includes('npm ci && npm test'));
  const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
  for (const [, script = ''] of read('README.md').matchAll(/`npm run ([a-z]+)`/g))
    t.ok(scripts[script] !== undefined, `npm run ${script}`);
});

/** `nocturne …` in code spans and in fences, up to a comment or the end of the sentence. */
function commandLines(text: string): readonly string[] {
  const fenced = [
    ...text.matchAll(/^\s*(?:\$ |\d+ [\d*/ ]+ )?(?:npx )?(nocturne [a-z][^\n#|<>]*)/gm),
  ].map((found) => found[1] ?? '');
  const spans = [...text.matchAll(/`(?:npx )?(nocturne [a-z][^`\n]*)`/g)].map(
    (found) => found[1] ?? '',
  );
  return [...fenced, ...spans];
}
