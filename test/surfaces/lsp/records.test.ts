import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  CodeActionRequest,
  CodeLensRequest,
  CompletionRequest,
  type CompletionItem,
  DefinitionRequest,
  ExecuteCommandRequest,
  HoverRequest,
  type Location,
  type MarkupContent,
  PrepareRenameRequest,
  ReferencesRequest,
  RenameRequest,
  type TextEdit,
} from 'vscode-languageserver-protocol';
import { askForDocument } from '../mcp/mcp-place.js';
import { longrunnerOf } from '../../passes/pass-workspace.js';
import { Editor } from './editor.js';
import { BOOKS, DISPATCH, lspPlace, NOTIFICATIONS, PAGE, PHASES, QUESTION } from './lsp-place.js';

t.setTimeout(240_000);

t.test('an editor knows the fields, the records and what depends on them', async (t) => {
  const place = lspPlace(t.testdir());
  const words = ['PROJECT[pages].mission', 'Test one pass well.', '--reason', 'clearer'];
  await askForDocument(place, ['set', ...words]);
  const editor = new Editor(place);
  for (const path of [PAGE, PHASES, BOOKS, DISPATCH, NOTIFICATIONS, 'SOUL.md'])
    await editor.open(path);
  await editor.settled();

  const labels = async (path: string, marked: string): Promise<readonly string[]> => {
    const found = (await editor.connection.sendRequest(
      CompletionRequest.type,
      editor.place(path, marked),
    )) as CompletionItem[] | null;
    return (found ?? []).map(({ label }) => label);
  };
  const places = (found: readonly Location[] | null): readonly string[] =>
    (found ?? []).map(({ uri, range }) => `${editor.pathOf(uri)}:${range.start.line + 1}`).sort();

  await t.test('completion', async (t) => {
    const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
      ['values of an enum', PAGE, '  status: ‸active', ['active', 'blocked', 'complete']],
      ['keys of another object', PAGE, 'model_tier: ‸standard', ['standard']],
      ['phases of the project', PAGE, '  name: ‸write', ['write', 'check']],
      ['what may follow the phase', PAGE, 'successor: ‸null', ['check']],
      ['fields of a group', PAGE, 'next_pass:\n  ‸objective', ['objective', 'tools']],
      ['values in a table', DISPATCH, '| write | ac‸tive', ['active', 'paused', 'transition-hold']],
      ['keys in a table', DISPATCH, '| 1 | pa‸ges', ['pages', 'books']],
      ['phases in a table', DISPATCH, 'LONGRUNNER.md | wri‸te', ['write', 'check']],
      [
        'values in a section',
        NOTIFICATIONS,
        '**Priority:** ‸high',
        ['low', 'medium', 'high', 'critical'],
      ],
      ['phases in a block', PHASES, 'successors\n- che‸ck', ['write', 'check']],
    ];
    for (const [what, path, marked, expected] of cases) {
      const found = await labels(path, marked);
      t.same(
        expected.filter((label) => !found.includes(label)),
        [],
        `${what}: ${found.slice(0, 8).join(', ')}`,
      );
    }
    await editor.replace(PHASES, '- **Objective:** Check', '- **\n- **Objective:** Check');
    t.ok((await labels(PHASES, '- **‸\n- **Obj')).includes('Successors') === false);
    t.ok((await labels(PHASES, '- **‸\n- **Obj')).includes('Tools'), 'fields that are missing');
    await editor.replace(PHASES, '- **\n- **Objective', '- **Objective');
    await editor.replace(BOOKS, 'See [the', 'See [[outputs/pa and [the');
    t.ok((await labels(BOOKS, '[[outputs/pa‸')).includes('page') === false, 'paths only if needed');
    await editor.replace(BOOKS, '[[outputs/pa and', '[[pag and');
    t.ok((await labels(BOOKS, '[[pag‸')).includes('page'), 'pages in a wikilink');
    await editor.replace(BOOKS, '[[pag and ', '');
  });

  await t.test('hover', async (t) => {
    const said = async (path: string, marked: string): Promise<string> => {
      const found = await editor.connection.sendRequest(
        HoverRequest.type,
        editor.place(path, marked),
      );
      return (found?.contents as MarkupContent | undefined)?.value ?? '';
    };
    const mission = await said(PAGE, 'missi‸on:');
    t.match(mission, /\*\*PROJECT\.mission\*\*: text, required; not empty/);
    t.match(mission, /Only you write it\./);
    t.match(mission, /Last written \d{4}-.* by .*: clearer/, 'who wrote it last, and why');
    t.match(mission, /A change reaches .*`ACTIVE-PROJECTS\.md`/);
    t.match(await said(DISPATCH, '| write | ac‸tive'), /Passes write it only with .*`route_block`/);
    t.match(await said('SOUL.md', '## Do‸main'), /PROTECTED.*nocturne sign SOUL\.md/);
  });

  await t.test('definitions and references', async (t) => {
    const leads = async (path: string, marked: string): Promise<readonly string[]> =>
      places(
        (await editor.connection.sendRequest(DefinitionRequest.type, editor.place(path, marked))) as
          | Location[]
          | null,
      );
    const named = async (path: string, marked: string): Promise<readonly string[]> =>
      places(
        await editor.connection.sendRequest(ReferencesRequest.type, {
          ...editor.place(path, marked),
          context: { includeDeclaration: false },
        }),
      );
    t.same(await leads(DISPATCH, '| 1 | pa‸ges'), [`${PAGE}:1`], 'the page of a project');
    t.match(await leads(PAGE, 'runner: scr‸ipt'), [/^orchestration-os\/RUNNERS\.md:\d+$/]);
    t.same(await leads(PAGE, '  name: wri‸te'), [`${PHASES}:3`], 'a phase');
    t.match(await leads(BOOKS, '(../pages/LONG‸RUNNER.md#pages'), [
      /^PROJECTS\/pages\/LONGRUNNER\.md:\d\d$/,
    ]);
    t.same(await leads(BOOKS, '[[PROJECTS/pa‸ges/'), ['PROJECTS/pages/outputs/page.md:1']);
    const ofPages = await named(DISPATCH, '| 1 | pa‸ges');
    t.match(ofPages, [/^ACTIVE-PROJECTS/, /^NOTIFICATIONS/, /^PROJECTS\/books/, /outputs\/page/]);
    t.same(await named(PAGE, '# Pa‸ges'), ofPages, 'as well from the title of its page');
    t.same(
      await named(PHASES, '## wri‸te'),
      [`${DISPATCH}:7`, `${PAGE}:4`],
      'a phase only where its own project names it',
    );
  });

  await t.test('repairs and answers', async (t) => {
    await editor.replace(PAGE, 'status: active', 'status: Active');
    await editor.shows(PAGE, (found) => found.length > 0);
    const start = editor.at(PAGE, 'Active');
    const actions = await editor.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: editor.uriOf(PAGE) },
      range: { start, end: start },
      context: { diagnostics: [] },
    });
    t.match(actions, [
      { title: 'Write active (field-contract)', kind: 'quickfix' },
      { kind: 'source.fixAll.nocturne' },
    ]);
    const [action] = actions ?? [];
    const [change] = (action as { edit: { documentChanges: { edits: TextEdit[] }[] } }).edit
      .documentChanges;
    t.match(editor.edited(PAGE, change?.edits ?? []), /status: active\n/);
    await editor.replace(PAGE, 'status: Active', 'status: active');

    const lenses = await editor.connection.sendRequest(CodeLensRequest.type, {
      textDocument: { uri: editor.uriOf(NOTIFICATIONS) },
    });
    t.same(
      lenses?.map(({ range, command }) => [range.start.line, command?.title]),
      [
        [8, 'Answer yes'],
        [8, 'Answer no'],
        [18, 'Answer yes'],
        [18, 'Answer no'],
      ],
    );
    const { command, arguments: args = [] } = lenses?.[0]?.command ?? { command: '' };
    t.match(
      await editor.connection.sendRequest(ExecuteCommandRequest.type, { command, arguments: args }),
      new RegExp(`${QUESTION} approved`),
    );
    t.match(await askForDocument(place, ['get', `NOTIFICATION[${QUESTION}].answer`]), {
      value: 'yes',
    });
    const { arguments: seen = [] } = lenses?.[2]?.command ?? {};
    const file = join(place.root, NOTIFICATIONS);
    const text = readFileSync(file, 'utf8');
    const changed = text.replace('Read the page of books.', 'Delete the page of books.');
    writeFileSync(file, changed);
    await editor.replace(NOTIFICATIONS, editor.text(NOTIFICATIONS), changed);
    await t.rejects(
      editor.connection.sendRequest(ExecuteCommandRequest.type, { command, arguments: seen }),
      { message: /N-20261120-002 has changed since/ },
      'another question than the one that was shown',
    );
    writeFileSync(file, text);
    await editor.replace(NOTIFICATIONS, changed, text);
    await editor.replace(NOTIFICATIONS, 'Read the page of books.', 'Read the page of the books.');
    await t.rejects(
      editor.connection.sendRequest(ExecuteCommandRequest.type, { command, arguments: args }),
      { message: /NOTIFICATIONS\.md has changes that are not saved/ },
    );
  });
  t.equal(await editor.close(), 0);
});

const DRAFT = 'PROJECTS/pages/LONGRUNNER-DRAFT.md';
const IDEA = 'PROJECTS/idea/LONGRUNNER-DRAFT.md';

t.test('a renamed key is renamed wherever it is named', async (t) => {
  const draft = longrunnerOf({
    title: 'Draft',
    mission: 'm',
    objective: 'o',
    phase: 'write',
    first: 'f',
    next: [],
  });
  const place = lspPlace(t.testdir(), {
    [DRAFT]: draft,
    [IDEA]: draft.replace('# Draft', '# Idea'),
    'memory/2026-11-20.md':
      '# Memory\n\n## RUN-20261120-001\n\n- **Time:** 2026-11-20T02:00:00Z\n- **Project:** pages\n- **Summary:** One page, PROJECTS/pages/outputs/page.md.\n',
  });
  const errors = async (): Promise<unknown> =>
    (await askForDocument(place, ['validate']))['summary'];
  const before = await errors();
  const editor = new Editor(place);
  for (const path of [
    DISPATCH,
    PHASES,
    PAGE,
    DRAFT,
    IDEA,
    'SOUL.md',
    'orchestration-os/RUNNERS.md',
  ])
    await editor.open(path);
  await editor.settled();
  const rename = (path: string, marked: string, newName: string) =>
    editor.connection.sendRequest(RenameRequest.type, { ...editor.place(path, marked), newName });

  const refusals: readonly (readonly [string, string, string, RegExp])[] = [
    [DISPATCH, '| 1 | pa‸ges', 'books', /there is already a PROJECT "books"/],
    [DISPATCH, '| 1 | pa‸ges', 'No Name', /not a valid name: expected lower-case letters/],
    [PAGE, 'runner: scr‸ipt', 'program', /RUNNERS\.md:\d+ names script, and .* is protected/],
    ['orchestration-os/RUNNERS.md', '## scr‸ipt', 'program', /is protected/],
    [DRAFT, '# Dra‸ft', 'books', /there is already a PROJECT "books"/],
    [DRAFT, '# Dra‸ft', '..', /not a valid name/],
    [IDEA, '# Id‸ea', '..', /not a valid name/],
    [IDEA, '# Id‸ea', 'books', /there is already a folder PROJECTS\/books/],
    [PAGE, 'mission: Te‸st', 'x', /there is no key of a record here/],
  ];
  for (const [path, marked, newName, message] of refusals)
    await t.rejects(rename(path, marked, newName), { message }, String(message));
  t.match(
    await editor.connection.sendRequest(
      PrepareRenameRequest.type,
      editor.place(DISPATCH, '| 1 | pa‸ges'),
    ),
    { placeholder: 'pages', range: { start: editor.at(DISPATCH, '| 1 | ‸pages') } },
  );

  const phase = await rename(PHASES, '## che‸ck', 'proof');
  editor.apply(phase ?? {});
  t.match(readFileSync(join(place.root, PHASES), 'utf8'), /- proof\n[\s\S]*## proof\n/);
  t.same(await errors(), before, 'the phases are as right as before');
  await editor.close();

  const second = new Editor(place);
  await second.open(DISPATCH);
  await second.settled();
  const project = await second.connection.sendRequest(RenameRequest.type, {
    ...second.place(DISPATCH, '| 1 | pa‸ges'),
    newName: 'leaves',
  });
  second.apply(project ?? {});
  t.same(await errors(), before, 'validate finds nothing new');
  const read = (path: string): string => readFileSync(join(place.root, path), 'utf8');
  t.match(read(DISPATCH), /\| 1 \| leaves \| PROJECTS\/leaves\/LONGRUNNER\.md \| write \|/);
  t.match(
    read(BOOKS),
    /\(\.\.\/leaves\/LONGRUNNER\.md#pages\) and \[\[PROJECTS\/leaves\/outputs\/page\|/,
  );
  t.match(read('PROJECTS/leaves/outputs/page.md'), /kept in PROJECTS\/leaves\/outputs\./);
  t.match(read('memory/2026-11-20.md'), /\*\*Project:\*\* leaves\n.*PROJECTS\/leaves\/outputs/);
  t.match(read(NOTIFICATIONS), /\*\*Project:\*\* leaves\n/);
  t.match(await askForDocument(place, ['get', 'PROJECT[leaves].phase.name']), { value: 'write' });
  t.equal(await second.close(), 0);
});
