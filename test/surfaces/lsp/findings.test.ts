import t from 'tap';
import type { Diagnostic } from 'vscode-languageserver-protocol';
import { placeWithProject } from '../../passes/pass-workspace.js';
import { Editor } from './editor.js';

t.setTimeout(120_000);

const PAGE = 'PROJECTS/pages/LONGRUNNER.md';
const ofRule = (rule: string) => (found: readonly Diagnostic[]) =>
  found.some(({ code }) => code === rule);
const without = (rule: string) => (found: readonly Diagnostic[]) => !ofRule(rule)(found);

t.test('findings appear as the owner types, before anything is saved', async (t) => {
  const place = placeWithProject(t.testdir(), '');
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
