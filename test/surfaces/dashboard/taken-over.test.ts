/**
 * A server shows its pages from a snapshot that takes over what the one before has read. After each
 * change, every page is the same as from a snapshot that has read everything itself.
 */
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsx } from 'hono/jsx';
import t from 'tap';
import { makeForDashboard, planSlug, QUESTION } from '../../../bench/make-dashboard.js';
import { projectFile } from '../../../bench/make-large.js';
import { growLogs } from '../../../bench/make-logs.js';
import { fixedClock } from '../../../src/kernel/clock.js';
import { installedModules } from '../../../src/modules/installed.js';
import { ownerZone } from '../../../src/project/owner-zone.js';
import { FormContext } from '../../../src/report/html/html.js';
import { callCommand } from '../../../src/surfaces/cli/call-command.js';
import { PAGES } from '../../../src/surfaces/dashboard/pages/pages.js';
import { takeOver } from '../../../src/workspace/reads.js';
import type { Snapshot } from '../../../src/workspace/types.js';
import { contextFor } from '../cli/run-cli.js';

t.setTimeout(240_000);

const place = makeForDashboard(t.testdir(), { projects: 6, runs: 550, plans: 3, most: 12 });
/** Later than all changes: nothing is read again only because it has just been written. */
const clock = fixedClock(new Date(Date.now() + 3_600_000));
const context = contextFor(place, { clock });
const workspace = context.workspace();
const pages = [...PAGES, ...(await installedModules()).flatMap((module) => module.pages ?? [])];

const [LONGRUNNER, PLAN] = [projectFile(1), `PROJECTS/${planSlug(0)}/PLAN.md`];
const OUTPUT = 'PROJECTS/project-00002/outputs/survey-2026-11-20.md';
const pathOf = (file: string): string => join(place.root, file);

type Asked = Readonly<Record<string, string>>;
/** What pages that are about one thing are asked for. */
const ASKED: Readonly<Record<string, { readonly params?: Asked; readonly query?: Asked }>> = {
  '/questions/:id': { params: { id: QUESTION } },
  '/night': { query: { date: '2012-01-20' } },
  '/runs/:id': { params: { id: 'RUN-20120101-005' } },
  '/projects/:slug': { params: { slug: 'project-00001' } },
  '/file': { query: { path: OUTPUT } },
  '/findings/rules/:rule': { params: { rule: 'secret' } },
  '/graph': { query: { file: LONGRUNNER } },
  '/history': { query: { file: LONGRUNNER } },
  '/history/at': { query: { at: '2012-01-10T12:00' } },
  '/history/page': { query: { path: LONGRUNNER, at: '2012-01-10T12:00' } },
  '/history/diff': { query: { from: '2012-01-10T12:00', to: 'now' } },
  '/history/address': { query: { address: `${LONGRUNNER}#next_pass.objective` } },
  '/search': { query: { q: 'survey' } },
  '/plans/:project': { params: { project: planSlug(0) } },
  '/plans/:project/:step': { params: { project: planSlug(0), step: 's7' } },
};

/** Of each page; an error instead of what is gone. */
async function shownFrom(snapshot: Snapshot): Promise<ReadonlyMap<string, string>> {
  const shown = new Map<string, string>();
  const own = { ...workspace, snapshot: () => snapshot };
  const call = callCommand(context, { door: 'dashboard', workspace: own });
  for (const { path, load } of pages) {
    const render = await load();
    const { params = {}, query = {} } = ASKED[path] ?? {};
    const asked = {
      workspace: own,
      snapshot,
      params,
      query,
      zone: ownerZone(snapshot),
      canAct: true,
      session: '',
      call,
      pages,
      callApart: Object.assign(() => Promise.reject(new Error('no page here needs it')), {
        prepare: () => undefined,
      }),
      kept: () => ({ isRunning: true }),
    };
    const html = Promise.resolve()
      .then(() => render(asked))
      .then(({ body }) => htmlOf(body));
    shown.set(path, await html.catch((error: unknown) => String(error)));
  }
  return shown;
}

function htmlOf(body: unknown): string {
  const value = { csrf: 'csrf', once: 'once', canAct: true };
  return String(jsx(FormContext.Provider as never, { value } as never, body as never));
}

const replaced = (file: string, from: RegExp, to: string): void => {
  const text = readFileSync(pathOf(file), 'utf8');
  if (!from.test(text)) throw new Error(`${file} has no ${from}`);
  writeFileSync(pathOf(file), text.replace(from, to));
};

const CHANGES: readonly (readonly [what: string, change: () => unknown])[] = [
  ['nothing', () => undefined],
  ['a field of a project is edited', () => replaced(LONGRUNNER, /mission: .*/, 'mission: Edited.')],
  ['a plan is edited', () => replaced(PLAN, /title: .*/, 'title: Another title')],
  ['an output is added', () => writeFileSync(pathOf(`${OUTPUT}.new.md`), '# survey, new\n')],
  ['an output is edited', () => writeFileSync(pathOf(OUTPUT), '# survey, edited\n')],
  ['an output is renamed', () => renameSync(pathOf(OUTPUT), pathOf(`${OUTPUT}.old.md`))],
  ['an output is deleted', () => rmSync(pathOf(`${OUTPUT}.new.md`))],
  ['a project is paused', () => replaced('ACTIVE-PROJECTS.md', /\| active \|/, '| paused |')],
  ['a question is answered', () => replaced('NOTIFICATIONS.md', /Answer:\*\* -/, 'Answer:** yes')],
  ['a pass has written rows', () => growLogs(workspace, { runs: 3 })],
  [
    'a commit appends to the logs',
    () =>
      workspace.commit({
        actor: { kind: 'owner', name: 'owner' },
        runId: '',
        reason: 'it was asked for',
        changes: [
          { kind: 'set', address: `${LONGRUNNER}#next_pass.objective`, value: 'Committed.' },
        ],
      }),
  ],
  ['a plan is deleted', () => rmSync(pathOf(PLAN))],
  [
    'a project is renamed',
    () => renameSync(pathOf('PROJECTS/project-00001'), pathOf('PROJECTS/project-1')),
  ],
  ['a row of a log is changed', () => replaced('audit/AUDIT-LOG.md', /\| write \|/, '| wrote |')],
  ['the registry is edited', () => appendFileSync(pathOf('REGISTRY.md'), '\n<!-- more -->\n')],
];

t.test('after each change, pages are as if everything had been read again', async (t) => {
  let before: Snapshot | undefined;
  let last: ReadonlyMap<string, string> | undefined;
  for (const [what, change] of CHANGES) {
    change();
    const snapshot = workspace.snapshot();
    if (before !== undefined) takeOver(before, snapshot);
    before = snapshot;
    const shown = await shownFrom(snapshot);
    const afresh = await shownFrom(workspace.snapshot());
    for (const [page, html] of afresh)
      if (shown.get(page) !== html) t.equal(shown.get(page), html, `${what}: ${page}`);
    const isSeen =
      last === undefined || [...afresh].some(([page, html]) => last?.get(page) !== html);
    t.ok(isSeen, `${what}: a page shows it`);
    last = afresh;
  }
});
