import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { Diagnostic } from 'vscode-languageserver-protocol';
import { askForDocument } from '../mcp/mcp-place.js';
import { Editor } from './editor.js';
import { BOOKS, DISPATCH, lspPlace, PAGE } from './lsp-place.js';

t.setTimeout(240_000);

const ofRule = (rule: string) => (found: readonly Diagnostic[]) =>
  found.some(({ code }) => code === rule);
const without = (rule: string) => (found: readonly Diagnostic[]) => !ofRule(rule)(found);
const isPending = ({ data }: Diagnostic): boolean => (data as { pending?: true })?.pending === true;

t.test('findings appear as the owner types, before anything is saved', async (t) => {
  const place = lspPlace(t.testdir());
  const editor = new Editor(place);
  const { serverInfo } = await editor.initialized;
  t.equal(serverInfo?.name, 'nocturne');
  await editor.open(PAGE);
  await editor.settled();
  t.same(await editor.shows(PAGE), [], 'a good page has none');

  await editor.replace(PAGE, 'status: active', 'status: actve');
  const [wrong] = await editor.shows(PAGE, ofRule('field-contract'));
  t.match(wrong, {
    source: 'nocturne',
    code: 'field-contract',
    severity: 1,
    message: `${PAGE}#phase.status is "actve"; expected one of active, blocked, complete`,
    codeDescription: {
      href: editor.uriOf('orchestration-os/rules-reference/field-contract.md'),
    },
    range: { start: editor.at(PAGE, 'status: ‸actve'), end: editor.at(PAGE, 'status: actve‸') },
  });
  await editor.replace(PAGE, 'actve', 'active');
  await editor.shows(PAGE, without('field-contract'));
  await editor.replace(PAGE, 'runner: script', 'runner: scrpt');
  const [unknown] = await editor.shows(PAGE, ofRule('reference-unresolved'));
  t.match(unknown?.message, /there is no RUNNER with that key[\s\S]*did you mean "script"/);
  await editor.replace(PAGE, 'scrpt', 'script');
  await editor.shows(PAGE, without('reference-unresolved'));
  t.equal(await editor.close(), 0);
});

t.test('rules over the whole workspace follow, and what they found before is marked', async (t) => {
  const place = lspPlace(t.testdir());
  const editor = new Editor(place);
  await editor.open(PAGE);
  await editor.open(DISPATCH);
  await editor.settled();
  await editor.replace(DISPATCH, '| write | active', '| check | active');
  const [drift] = await editor.shows(DISPATCH, ofRule('dispatch-phase-drift'));
  t.match(drift, {
    message: /pages in phase check, its LONGRUNNER\.md in phase write/,
    codeDescription: { href: /rules-reference\/dispatch-phase-drift\.md|REGISTRY\.md#L\d+$/ },
    range: { start: editor.at(DISPATCH, '| ‸check | active') },
  });
  await editor.settled();
  t.notOk(isPending(drift as Diagnostic), 'what is known is not marked');

  await editor.replace(DISPATCH, '# Active projects\n', '# Active projects\n\nA new line.\n');
  const [moved] = await editor.shows(DISPATCH, (found) => found.some(isPending));
  t.match(moved, {
    code: 'dispatch-phase-drift',
    message: /found before your last change, and is being checked again/,
    range: { start: editor.at(DISPATCH, '| ‸check | active') },
  });
  await editor.shows(
    DISPATCH,
    (found) => ofRule('dispatch-phase-drift')(found) && !found.some(isPending),
  );
  const atOnce: readonly (readonly [string, string, string, string])[] = [
    ['| active | - | - |\n| 2 |', '| activ | - | - |\n| 2 |', 'field-contract', 'its contract'],
    ['| 2 | books', '| 2 | boks', 'reference-unresolved', 'a reference'],
    ['| 2 | books', '| 1 | books', 'field-contract', 'what must be unique'],
  ];
  for (const [before, after, rule, what] of atOnce) {
    await editor.settled();
    await editor.replace(DISPATCH, before, after);
    await editor.shows(
      DISPATCH,
      (found) => found.some((it) => it.code === rule && !isPending(it)) && found.some(isPending),
    );
    t.pass(`${what} is judged while the rules of R6 are not yet`);
    await editor.replace(DISPATCH, after, before);
  }
  await editor.settled();
  await editor.replace(PAGE, '  name: write', '  name: check');
  await editor.shows(DISPATCH, without('dispatch-phase-drift'));
  t.pass('an edit of the other page, not saved either, corrects it');

  await editor.settled();
  writeFileSync(
    join(place.root, BOOKS),
    readFileSync(join(place.root, BOOKS), 'utf8').replace('runner: script', 'runner: nobody'),
  );
  const [elsewhere] = await editor.shows(BOOKS, ofRule('reference-unresolved'));
  t.match(elsewhere?.message, /"nobody"/, 'a file that is not open is shown too');
  t.equal(await editor.close(), 0);
});

t.test('unsaved text is judged as validate judges it once it is saved', async (t) => {
  const place = lspPlace(t.testdir(), {
    'PROJECTS/pages/outputs/crlf.md': '# Page\r\n\r\n😀 [no](nowhere.md) 😀 [[Nobody]]\r\n',
    'PROJECTS/pages/outputs/mark.md': '\uFEFF# 😀 [no](nowhere.md)\n',
  });
  const editor = new Editor(place);
  const edits: readonly (readonly [string, string, string])[] = [
    [PAGE, 'status: active', 'status: "ACTIVE"'],
    [PAGE, 'runner: script', 'runner: 😀 scrpt'],
    [DISPATCH, '| 2 | books', '| 1 | boks'],
    ['REGISTRY.md', '| DISPATCH | phase | token |', '| DISPATCH | phase | tken |'],
    ['SOUL.md', '# Soul', '# Soul\n\nSee [[Soul]] and [[Nowhere at all]].'],
    ['PROJECTS/pages/outputs/crlf.md', '# Page', '# 😀 [also](missing.md)'],
    ['PROJECTS/pages/outputs/mark.md', '# 😀', '# 😀😀'],
    ['PROJECTS/pages/PHASES.md', '- check', '- chek'],
  ];
  type Reported = {
    readonly rule: string;
    readonly message: string;
    readonly file: string;
    readonly line: number;
    readonly column: number;
  };
  for (const [path, before, after] of edits) {
    await editor.open(path);
    await editor.settled();
    await editor.replace(path, before, after);
    await editor.settled();
    const shown = (await editor.shows(path)).map(
      ({ code, message, range: { start } }) =>
        `${code} ${start.line + 1}:${start.character + 1} ${String(message).split('\n')[0]}`,
    );
    const saved = readFileSync(join(place.root, path), 'utf8');
    writeFileSync(
      join(place.root, path),
      (saved.startsWith('\uFEFF') ? '\uFEFF' : '') + editor.text(path),
    );
    const { diagnostics } = (await askForDocument(place, ['validate'])) as {
      diagnostics: readonly Reported[];
    };
    const found = diagnostics
      .filter(({ file, rule }) => file === path && !/^manifest|^protected/.test(rule))
      .map(
        ({ rule, line, column, message }) =>
          `${rule} ${line}:${column} ${String(message).split('\n')[0]}`,
      );
    t.ok(found.length > 0, `${path}: ${found.length} findings`);
    t.same([...shown].sort(), [...found].sort(), `${path} ${after}`);
    writeFileSync(join(place.root, path), saved);
    await editor.replace(path, after, before);
  }
  t.equal(await editor.close(), 0);
});

t.test('an editor may open the workspace by another name, and files from elsewhere', async (t) => {
  const place = lspPlace(t.testdir());
  const folder = join(dirname(place.root), 'by link');
  symlinkSync(place.root, folder);
  const outside = join(dirname(place.root), 'outside.md');
  writeFileSync(outside, '---\nphase: [\n---\n');
  const editor = new Editor(place, { folder, capabilities: {} });
  await editor.open('../outside.md');
  await editor.open(PAGE);
  await editor.replace(PAGE, 'status: active', 'status: actve');
  const [wrong] = await editor.shows(PAGE, ofRule('field-contract'));
  t.match(wrong?.codeDescription?.href, /by%20link\/orchestration-os/, 'without progress, too');
  t.equal(await editor.close(), 0);
});
