/**
 * Imports a NightClaw workspace: projects and their order, permissions, failure modes, lessons and
 * open questions. Copies its logs.
 */
import { stamp } from '../../../src/kernel/clock.js';
import { readRecords } from '../../../src/markdown/read-records.js';
import { scan } from '../../../src/markdown/scan.js';
import type { ExistingFiles } from '../../../src/setup/existing-files.js';
import type { Importer } from '../../../src/setup/importer.js';
import type { PlanDraft } from '../../../src/setup/setup-plan.js';
import { carryFailureModes } from './carry-failure-modes.js';
import { carryLessons } from './carry-lessons.js';
import { carryPreapprovals } from './carry-preapprovals.js';
import { carryProjects, type NightAdoption } from './carry-projects.js';
import type { Vocabulary } from './convert-project.js';

const PREAPPROVALS = 'orchestration-os/OPS-PREAPPROVAL.md';
const FAILURE_MODES = 'orchestration-os/OPS-FAILURE-MODES.md';
const LESSONS = 'orchestration-os/AGENTS-LESSONS.md';
const FORMER_LESSONS = 'AGENTS-LESSONS.md';
const TOOLS = 'orchestration-os/OPS-TOOL-REGISTRY.md';
const TIERS = 'MODEL-TIERS.md';

/** AGENTS.md is not among them: it is an index of rules that no longer apply. */
const OWN_PAGES = ['SOUL.md', 'IDENTITY.md', 'USER.md', 'MEMORY.md'];
const NAMES_ITS_PROGRAM = /nightclaw-ops|nightclaw-admin|bundle-exec|resign\.sh/;

export const importer: Importer = {
  name: 'nightclaw',
  result: 'a NightClaw workspace, adopted',
  offer:
    'This imports the projects, pre-approvals, failure modes and lessons of the NightClaw workspace here; every file that changes is backed up',
  ownPages: OWN_PAGES,
  matches: isNightClaw,
  carry,
  whyReplaced: (path) =>
    path.startsWith('audit/')
      ? 'the rows of the old log are not chained, so they stay in the copy'
      : "it belonged to NightClaw; Nocturne's own file takes its place",
};

/** Its registry is in `orchestration-os`, or its projects keep their state in fenced blocks. */
function isNightClaw(existing: ExistingFiles): boolean {
  if (existing.has('orchestration-os/REGISTRY.md')) return true;
  const projects = existing.paths.filter((path) =>
    /^PROJECTS\/[^/]+\/LONGRUNNER(?:-DRAFT)?\.md$/.test(path),
  );
  return (
    existing.has('ACTIVE-PROJECTS.md') &&
    projects.some((path) => /^## Current Phase[ \t]*$/m.test(existing.text(path) ?? ''))
  );
}

function carry(adoption: NightAdoption, draft: PlanDraft): void {
  carryProjects(adoption, vocabularyOf(adoption), draft);
  carryPermissions(adoption, draft);
  carryModes(adoption, draft);
  carryLearned(adoption, draft);
  retireMachinery(adoption, draft);
  const speaking = OWN_PAGES.filter((path) =>
    NAMES_ITS_PROGRAM.test(adoption.existing.text(path) ?? ''),
  );
  for (const path of speaking)
    draft.note(
      path,
      'owner',
      "it still mentions NightClaw's programs: remove those lines, then sign the page",
    );
  draft.note(
    'orchestration-os/OPS-CRON-SETUP.md',
    'owner',
    "NightClaw's worker and manager may still run as cron jobs of the host that it was installed in. List that host's cron jobs and remove these two",
  );
}

function vocabularyOf({ reference, schema }: NightAdoption): Vocabulary {
  const keys = (object: string, path: string): ReadonlySet<string> => {
    const spec = schema.objects.get(object);
    return new Set(
      spec === undefined
        ? []
        : readRecords(scan(reference.text(path)), path, spec).records.map((record) => record.key),
    );
  };
  return { tools: keys('TOOL-RULE', TOOLS), tiers: keys('MODEL-TIER', TIERS) };
}

function carryPermissions({ existing, reference, now }: NightAdoption, draft: PlanDraft): void {
  const page = existing.text(PREAPPROVALS);
  if (page === undefined) return;
  const { text, carried, left } = carryPreapprovals(page, reference.text(PREAPPROVALS), stamp(now));
  draft.keep(PREAPPROVALS, existing.bytes(PREAPPROVALS) ?? Buffer.from(page));
  draft.write(PREAPPROVALS, text);
  const names = carried.map(({ from, to }) => `${from} is now ${to}`).join(', ');
  draft.note(
    PREAPPROVALS,
    'converted',
    `${carried.length} imported${names === '' ? '' : ` (${names})`}, none active: each needs a scope, a date and your signature`,
  );
  for (const item of left) draft.note(PREAPPROVALS, 'owner', `not imported: ${item}`);
}

function carryModes({ existing, reference, schema }: NightAdoption, draft: PlanDraft): void {
  const page = existing.text(FAILURE_MODES);
  const spec = schema.objects.get('FAILURE-MODE');
  if (page === undefined || spec === undefined) return;
  const { text, carried, left } = carryFailureModes(page, {
    shipped: reference.text(FAILURE_MODES),
    spec,
  });
  draft.keep(FAILURE_MODES, existing.bytes(FAILURE_MODES) ?? Buffer.from(page));
  draft.write(FAILURE_MODES, text);
  const renamed = carried
    .filter(({ from, to }) => from !== to)
    .map(({ from, to }) => `${from} is now ${to}`);
  draft.note(
    FAILURE_MODES,
    'converted',
    `${carried.length} imported${renamed.length === 0 ? '' : `; renumbered: ${renamed.join(', ')}`}`,
  );
  for (const item of left) draft.note(FAILURE_MODES, 'owner', `not imported: ${item}`);
}

function carryLearned({ existing, reference, schema }: NightAdoption, draft: PlanDraft): void {
  const page = existing.text(FORMER_LESSONS);
  const spec = schema.objects.get('LESSON');
  if (page === undefined || spec === undefined) return;
  const { text, carried, left } = carryLessons(page, { shipped: reference.text(LESSONS), spec });
  draft.retire(FORMER_LESSONS, existing.bytes(FORMER_LESSONS) ?? Buffer.from(page));
  draft.write(LESSONS, text);
  draft.note(
    FORMER_LESSONS,
    'converted',
    `${carried} lessons with a date imported; the others are only in the copy`,
  );
  for (const item of left) draft.note(LESSONS, 'owner', `not imported: ${item}`);
}

/**
 * Removes its registry, manifest, schema and operations pages: two sets of rules would conflict.
 */
function retireMachinery({ existing, reference }: NightAdoption, draft: PlanDraft): void {
  const shipped = new Set(reference.paths);
  const retired: string[] = [];
  for (const path of existing.paths) {
    if (!/^(?:orchestration-os|audit)\//.test(path) || shipped.has(path)) continue;
    const bytes = existing.bytes(path);
    if (bytes === undefined) continue;
    draft.retire(path, bytes);
    retired.push(path);
  }
  for (const path of retired)
    draft.note(path, 'moved', 'it belongs to NightClaw, and Nocturne does not read it');
  const left = [
    ...new Set(
      existing.paths
        .filter((path) =>
          /^(?:scripts|apps|internal_enhancement|nightclaw_[a-z]+|skills\/nightclaw[^/]*)\//.test(
            path,
          ),
        )
        .map((path) => `${path.split('/')[0] ?? ''}/`),
    ),
  ];
  if (left.length > 0)
    draft.note(
      left.join(', '),
      'left',
      "NightClaw's programs; Nocturne does not start them, and you may remove them",
    );
}
