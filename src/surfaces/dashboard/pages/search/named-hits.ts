/** What is found by its name: pages, projects, questions, runs, rules, files, modules' records. */
import { fieldText } from '../../../../project/field-text.js';
import type { Rec } from '../../../../markdown/types.js';
import type { DashboardPage, PageContext } from '../../../../passes/dashboard-page.js';
import { fileHref } from '../../../../report/html/file-link.js';
import { lineFor } from '../../../../project/page-text.js';
import { isOpenQuestion } from '../../../../project/question-state.js';
import { lastRows } from '../../../../project/recent-rows.js';
import type { Snapshot } from '../../../../workspace/types.js';

export type Hit = {
  /** `page`, `project`, `question`, `run`, `rule`, `file`, `text`; of a module: `plan`. */
  readonly kind: string;
  readonly href: string;
  readonly name: string;
  readonly about: string;
  /** Empty: of none. */
  readonly project: string;
};

const MOST_OF_A_KIND = 8;

/** The best first within each kind. @param text empty: everything, as far as it fits. */
export async function namedHits(context: PageContext, text: string): Promise<readonly Hit[]> {
  const { snapshot, pages, zone } = context;
  const wanted = text.trim().toLowerCase();
  const kinds = [
    pagesOf(pages),
    projects(snapshot),
    ...pages.flatMap((page) => (page.names === undefined ? [] : [records(snapshot, page)])),
    questions(snapshot, zone),
    wanted === '' ? [] : runs(snapshot, text.trim()),
    wanted === '' ? [] : await rules(context),
    wanted === '' ? [] : files(snapshot, wanted),
  ];
  return kinds.flatMap((hits) =>
    hits
      .map((hit) => ({ hit, rank: rankOf(hit, wanted) }))
      .filter(({ rank }) => rank < Infinity)
      .sort((a, b) => a.rank - b.rank)
      .slice(0, MOST_OF_A_KIND)
      .map(({ hit }) => hit),
  );
}

/** 0: it is the name. Infinity: it is not in it. */
function rankOf({ name, about }: Hit, wanted: string): number {
  const lower = name.toLowerCase();
  if (wanted === '') return 0;
  if (lower === wanted) return 0;
  if (lower.startsWith(wanted)) return 1;
  if (lower.includes(wanted)) return 2;
  const all = `${lower} ${about.toLowerCase()}`;
  return wanted.split(/\s+/).every((word) => all.includes(word)) ? 3 : Infinity;
}

function pagesOf(pages: readonly DashboardPage[]): readonly Hit[] {
  return pages.flatMap(({ path, nav }) =>
    nav === undefined
      ? []
      : [{ kind: 'page', href: path, name: nav.label, about: '', project: '' }],
  );
}

function projects(snapshot: Snapshot): readonly Hit[] {
  return snapshot.records('DISPATCH').map((row) => {
    const name = fieldText(row, 'slug');
    const about = fieldText(snapshot.record('PROJECT', name), 'mission');
    const href = `/projects/${encodeURIComponent(name)}`;
    return { kind: 'project', href, name, about, project: name };
  });
}

/** Of a module's page, whose path has one parameter: the key. */
function records(snapshot: Snapshot, { path, names = '' }: DashboardPage): readonly Hit[] {
  if (!snapshot.schema.objects.has(names)) return [];
  return snapshot.records(names).map((record) => ({
    kind: names.toLowerCase(),
    href: path.replace(/:\w+/, encodeURIComponent(record.key)),
    name: record.key,
    about: fieldText(record, 'title'),
    project: /^PROJECTS\/([^/]+)\//.exec(record.file)?.[1] ?? '',
  }));
}

/** Open ones first. */
function questions(snapshot: Snapshot, zone: string): readonly Hit[] {
  return snapshot
    .records('NOTIFICATION')
    .map((question) => ({ question, isOpen: isOpenQuestion(snapshot, question) }))
    .sort((a, b) => Number(b.isOpen) - Number(a.isOpen))
    .map(({ question }) => ({
      kind: 'question',
      href: `/questions/${question.key}`,
      name: question.key,
      about: lineFor(fieldText(question, 'action_needed'), zone),
      project: fieldText(question, 'project'),
    }));
}

/** By their id, or the last of a project. */
function runs(snapshot: Snapshot, text: string): readonly Hit[] {
  const id = text.toUpperCase();
  const isProject = snapshot.record('DISPATCH', text) !== undefined;
  if (!isProject && !/^(?:R|RU|RUN|RUN-[\d-]*|\d[\d-]*)$/.test(id)) return [];
  const holds = (row: Rec): boolean =>
    isProject ? fieldText(row, 'project') === text : row.key.includes(id);
  return [...lastRows(snapshot, 'RUN', MOST_OF_A_KIND, holds, isProject ? text : id)]
    .reverse()
    .map((row) => ({
      kind: 'run',
      href: `/runs/${row.key}`,
      name: row.key,
      about: `${fieldText(row, 'project') || fieldText(row, 'role')}: ${fieldText(row, 'outcome')}`,
      project: fieldText(row, 'project'),
    }));
}

async function rules({ call }: PageContext): Promise<readonly Hit[]> {
  const { rules: ids } = (await call('explain')).json as unknown as {
    readonly rules: readonly string[];
  };
  return ids.map((name) => {
    const href = `/findings/rules/${encodeURIComponent(name)}`;
    return { kind: 'rule', href, name, about: '', project: '' };
  });
}

function files(snapshot: Snapshot, wanted: string): readonly Hit[] {
  return [...snapshot.files]
    .filter(([path, { kind }]) => kind === 'file' && path.toLowerCase().includes(wanted))
    .map(([path]) => ({
      kind: 'file',
      href: fileHref(path),
      name: path,
      about: '',
      project: /^PROJECTS\/([^/]+)\//.exec(path)?.[1] ?? '',
    }));
}
