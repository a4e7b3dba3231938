import t from 'tap';
import { beginPass } from '../../../src/passes/host/host-driver.js';
import { storedPasses } from '../../../src/passes/pass-file.js';
import { environment, type Place, placeWithProject, read } from '../../passes/pass-workspace.js';
import { type CliCase, runCases } from './cases.js';
import { callForText } from './run-cli.js';

const OUTPUT = 'PROJECTS/pages/outputs/page.md';
const place = (directory: string): Place => placeWithProject(directory, '');

const owners: readonly CliCase<Place>[] = [
  {
    that: 'a tool is called by its name, its arguments are options',
    words: ['tool', 'read', '--path', 'SOUL.md', '--from', '1', '--to=1'],
    exit: 0,
    json: { ok: true, path: 'SOUL.md', from: 1, to: 1, text: '# Soul' },
  },
  {
    that: 'what depends on a file',
    words: ['tool', 'impact', '--path', 'SOUL.md'],
    exit: 0,
    json: { files: ['SOUL.md'], nodes: [{ file: /\.md$/, edge: /^[A-Z]+$/ }] },
  },
  {
    that: 'what nothing knows has no impact',
    words: ['tool', 'impact', '--path', 'SUOL.md'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: /SOUL\.md/ } },
  },
  {
    that: 'the owner writes through it as himself',
    words: ['tool', 'write', '--path', OUTPUT, '--content', 'By hand.\n'],
    exit: 0,
    json: { path: OUTPUT, created: true },
    then: (t, at) => t.equal(read(at, OUTPUT), 'By hand.\n'),
  },
  {
    that: 'and is refused what is protected, by code',
    words: ['tool', 'write', '--path', 'SOUL.md', '--content', 'x'],
    exit: 5,
    json: { error: { code: 'REFUSED', reasons: [{ code: 'tier-protected' }] } },
  },
  {
    that: 'a name with a dash is that with an underscore',
    words: ['tool', 'edit', '--path', OUTPUT, '--old-text', 'hand', '--new_text', 'foot'],
    exit: 0,
    then: (t, at) => t.equal(read(at, OUTPUT), 'By foot.\n'),
  },
  {
    that: 'wrong arguments are answered with how to make them right',
    words: ['tool', 'search', '--regex', 'x'],
    exit: 2,
    json: { error: { code: 'USAGE', message: /Did you mean `pattern`/ } },
  },
  {
    that: 'a word that belongs to no option is said so',
    words: ['tool', 'search', 'x'],
    exit: 2,
    json: { error: { code: 'USAGE', message: /"x" does not follow an option/ } },
  },
  {
    that: 'a tool that does not exist is not guessed',
    words: ['tool', 'grep'],
    exit: 2,
    json: { error: { code: 'USAGE', message: /no tool `grep`.*Did you mean `search`/ } },
  },
  {
    that: 'programs are run by chat agents alone',
    words: ['tool', 'run', '--command', 'ls'],
    exit: 2,
    json: { error: { code: 'USAGE', message: /no tool `run`/ } },
  },
  {
    that: 'tools of modules are among them',
    words: ['tool', 'reindex'],
    exit: 0,
  },
];

t.test('the owner calls tools by their names', async (t) => runCases(t, place, owners));

t.test('arguments come as JSON on standard input as well', async (t) => {
  const at = place(t.testdir());
  const said = await callForText(at, ['tool', 'search', '-'], {
    input: '{"pattern": "^# Soul", "glob": "SOUL.md"}',
  });
  t.match(said, { exit: 0, text: /^SOUL\.md:1: # Soul/ });
  t.match(await callForText(at, ['tool', 'search', '-'], { input: '["x"]' }), {
    exit: 2,
    text: /not a JSON object/,
  });
});

const begun = async (at: Place): Promise<void> => {
  await beginPass(environment(at), { role: 'worker' });
};
const inPass = (at: Place): Readonly<Record<string, string>> => ({
  NOCTURNE_PASS_TOKEN: storedPasses(at.workspace.state)[0]?.data.token ?? '',
});
const agents: readonly CliCase<Place>[] = [
  {
    that: 'a pass writes its output',
    first: begun,
    env: inPass,
    words: ['tool', 'write', '--path', OUTPUT, '--content', '# Page\n'],
    exit: 0,
    json: { path: OUTPUT },
  },
  {
    that: 'and nothing beyond its scope',
    env: inPass,
    words: ['tool', 'write', '--path', 'SOUL.md', '--content', '# Sold\n'],
    exit: 5,
    json: { error: { code: 'REFUSED', reasons: [{ code: 'tier-protected' }] } },
  },
  {
    that: 'nor calls what its capability does not show',
    env: inPass,
    words: ['tool', 'reindex'],
    exit: 5,
    json: { error: { code: 'REFUSED', reasons: [{ code: 'capability' }] } },
  },
  {
    that: 'nor acts without its token',
    env: (at) => ({ NOCTURNE_RUN: storedPasses(at.workspace.state)[0]?.data.runId ?? '' }),
    words: ['tool', 'read', '--path', 'SOUL.md'],
    exit: 5,
  },
];

t.test('a pass calls them within its scope', async (t) => runCases(t, place, agents));
