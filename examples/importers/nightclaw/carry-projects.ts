/** Imports projects, their rows and drafts, and asks the owner about them. */
import { posix } from 'node:path';
import { defined } from '../../../src/kernel/defined.js';
import { stamp } from '../../../src/kernel/clock.js';
import { appendRecord } from '../../../src/markdown/edit-records.js';
import type { Adoption } from '../../../src/setup/adopt-pages.js';
import type { PlanDraft } from '../../../src/setup/setup-plan.js';
import { type NightNotice, readNotifications } from './carry-notifications.js';
import { convertDraft, convertProject, type Vocabulary } from './convert-project.js';
import { type DispatchRow, readDispatch } from './read-dispatch.js';
import { type LongrunnerPage, readLongrunner } from './read-longrunner.js';
import { type NightProject, reconcileDispatch, type ReconciledRow } from './reconcile-dispatch.js';

const DISPATCH = 'ACTIVE-PROJECTS.md';
const INBOX = 'NOTIFICATIONS.md';
export type NightAdoption = Adoption & { readonly now: Date };
type Ask = Omit<NightNotice, 'time'>;

export function carryProjects(
  adoption: NightAdoption,
  vocabulary: Vocabulary,
  draft: PlanDraft,
): void {
  const rows = readDispatch(adoption.existing.text(DISPATCH) ?? '');
  const projects = projectsOf(adoption, draft, rows);
  const reconciled = reconcileDispatch(projects, adoption.now);
  const phases = new Map(
    reconciled.map((row) => [
      row.slug,
      writeProject(adoption, {
        vocabulary,
        draft,
        row,
        page: projects.find((project) => project.slug === row.slug)?.page,
      }),
    ]),
  );
  writeDispatch(adoption, draft, { rows, reconciled, phases });
  const drafts = writeDrafts(adoption, draft, new Set(projects.map(({ slug }) => slug)));
  writeInbox(adoption, draft, [...reconciled.flatMap(askAbout), ...drafts]);
}

function projectsOf(
  { existing }: NightAdoption,
  draft: PlanDraft,
  rows: readonly DispatchRow[],
): readonly NightProject[] {
  return slugsWith(existing.paths, 'LONGRUNNER.md').flatMap((slug) => {
    const text = readable(existing, draft, `PROJECTS/${slug}/LONGRUNNER.md`);
    return text === undefined
      ? []
      : [{ slug, page: readLongrunner(text), row: rows.find((row) => row.slug === slug) }];
  });
}

function slugsWith(paths: readonly string[], name: string): readonly string[] {
  return paths
    .filter(
      (path) =>
        path.startsWith('PROJECTS/') &&
        posix.basename(path) === name &&
        path.split('/').length === 3,
    )
    .map((path) => path.split('/')[1] ?? '');
}

type Writing = {
  readonly vocabulary: Vocabulary;
  readonly draft: PlanDraft;
  readonly row: ReconciledRow;
  readonly page: LongrunnerPage | undefined;
};

/** Returns the name of the phase that the project is in. */
function writeProject(
  { existing }: NightAdoption,
  { vocabulary, draft, row, page }: Writing,
): string {
  if (page === undefined) return '';
  const folder = `PROJECTS/${row.slug}`;
  const yaml = existing.bytes(`${folder}/phases.yaml`);
  const converted = convertProject(
    { slug: row.slug, page, phasesYaml: yaml?.toString('utf8'), vocabulary },
    row,
  );
  replace(existing, draft, {
    path: `${folder}/LONGRUNNER.md`,
    text: converted.longrunner,
    why: 'its state is now in the front matter, with the rest of the page below',
  });
  if (yaml !== undefined) {
    draft.retire(`${folder}/phases.yaml`, yaml);
    draft.note(`${folder}/phases.yaml`, 'converted', 'its phases are now in PHASES.md');
  }
  replace(existing, draft, {
    path: `${folder}/PHASES.md`,
    text: converted.phases,
    why: 'it now contains the phases',
  });
  for (const note of [...row.notes, ...converted.notes]) draft.note(folder, 'owner', note);
  return converted.phase;
}

function writeDispatch(
  { existing, reference, schema }: NightAdoption,
  draft: PlanDraft,
  dispatch: {
    readonly rows: readonly DispatchRow[];
    readonly reconciled: readonly ReconciledRow[];
    readonly phases: ReadonlyMap<string, string>;
  },
): void {
  const spec = schema.objects.get('DISPATCH');
  if (spec === undefined) return;
  let text = reference.text(DISPATCH);
  for (const { slug, priority, status, lastPass, question } of dispatch.reconciled) {
    text = appendRecord(text, spec, {
      priority,
      slug,
      longrunner: `PROJECTS/${slug}/LONGRUNNER.md`,
      phase: dispatch.phases.get(slug) ?? null,
      status,
      last_worker_pass: lastPass || null,
      escalation: question?.text ?? null,
    });
  }
  replace(existing, draft, {
    path: DISPATCH,
    text,
    why: `${dispatch.reconciled.length} projects imported`,
  });
  for (const row of dispatch.rows)
    if (!dispatch.reconciled.some((other) => other.slug === row.slug))
      draft.note(
        DISPATCH,
        'owner',
        `the row of ${row.slug} (${row.status || 'no status'}) is not imported: there is no PROJECTS/${row.slug}/LONGRUNNER.md`,
      );
}

function writeDrafts(
  { existing }: NightAdoption,
  draft: PlanDraft,
  projects: ReadonlySet<string>,
): readonly Ask[] {
  return slugsWith(existing.paths, 'LONGRUNNER-DRAFT.md').flatMap((slug): Ask[] => {
    const path = `PROJECTS/${slug}/LONGRUNNER-DRAFT.md`;
    const text = readable(existing, draft, path);
    if (text === undefined) return [];
    const page = readLongrunner(text);
    replace(existing, draft, {
      path,
      text: convertDraft(slug, page),
      why: 'it is now a draft of Nocturne',
    });
    if (projects.has(slug)) {
      draft.note(path, 'owner', `${slug} is already a project: remove its draft`);
      return [];
    }
    return [
      {
        priority: 'medium',
        project: slug,
        kind: 'draft',
        text: `A draft of the project ${slug} waits: ${(page.mission || page.phase.objective || 'it does not say why').replace(/[.!]$/, '')}. Accept it? Answer yes or no.`,
        body: '',
      },
    ];
  });
}

function askAbout({ slug, question }: ReconciledRow): readonly Ask[] {
  return question === undefined
    ? []
    : [
        {
          priority: question.kind === 'transition' ? 'high' : 'medium',
          project: slug,
          kind: question.kind,
          text: question.text,
          body: '',
        },
      ];
}

/**
 * Questions that follow from the state of a project come first. An old question about the same
 * project is quoted in the new one.
 */
function writeInbox(
  { existing, reference, schema, now }: NightAdoption,
  draft: PlanDraft,
  asked: readonly Ask[],
): void {
  const spec = schema.objects.get('NOTIFICATION');
  const { open, done } = readNotifications(existing.text(INBOX) ?? '');
  if (spec === undefined) return;
  const same = (notice: NightNotice, ask: Ask): boolean =>
    notice.project === ask.project && notice.project !== '';
  const old: readonly Ask[] = open
    .filter((notice) => !asked.some((ask) => same(notice, ask)))
    .map((notice) => ({
      ...notice,
      kind: notice.kind === 'transition' || notice.kind === 'draft' ? 'escalation' : notice.kind,
    }));
  const day = stamp(now).slice(0, 10).replaceAll('-', '');
  let text = reference.text(INBOX);
  for (const [i, ask] of [...asked, ...old].entries()) {
    const body = [
      ask.body,
      ...open
        .filter((notice) => asked.includes(ask) && same(notice, ask))
        .map((notice) => notice.body),
    ]
      .filter((part) => part !== '')
      .join('\n');
    const id = `N-${day}-${String(i + 1).padStart(3, '0')}`;
    text = appendRecord(text, spec, {
      id,
      title: ask.text.slice(0, 80),
      time: stamp(now),
      priority: ask.priority,
      project: ask.project || null,
      kind: ask.kind,
      action_needed: ask.text,
      status: 'open',
      answer: null,
      ...defined({ body: body === '' ? undefined : quoted(body) }),
    });
  }
  replace(existing, draft, {
    path: INBOX,
    text,
    why: `it has ${asked.length + old.length} questions now, ${old.length} of them unchanged; ${done} answered ones are only in the copy`,
  });
}

/** Quotes each line, so that nothing in it is parsed as headings or fields. */
function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}

/** Nobody knows the letters of a page that is not UTF-8, so it goes to the copies as it is. */
function readable(
  existing: NightAdoption['existing'],
  draft: PlanDraft,
  path: string,
): string | undefined {
  const [text, bytes] = [existing.text(path), existing.bytes(path)];
  if (text !== undefined || bytes === undefined) return text;
  draft.retire(path, bytes);
  draft.note(path, 'owner', 'it is not UTF-8, so it was not imported: convert the copy');
  return undefined;
}

function replace(
  existing: NightAdoption['existing'],
  draft: PlanDraft,
  { path, text, why }: { readonly path: string; readonly text: string; readonly why: string },
): void {
  const before = existing.bytes(path);
  draft.write(path, text);
  if (before === undefined) return;
  draft.keep(path, before);
  draft.note(path, 'converted', why);
}
