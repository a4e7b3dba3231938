/** What each kind of idle work must produce: told in the brief, and tested after the pass. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import type { Snapshot } from '../workspace/types.js';
import { draftProblems } from './draft.js';
import type { AssertionResult } from './types.js';

export type IdleTier = 'repair' | 'review' | 'consolidate' | 'draft';

/** One thing to do. `subject`: what a note about it has to name. */
export type IdleItem =
  | { readonly tier: 'repair'; readonly subject: string; readonly rule: string }
  | { readonly tier: 'review'; readonly subject: string }
  | {
      readonly tier: 'consolidate';
      readonly subject: string;
      /** Days whose logs are summed up. */
      readonly days: readonly string[];
    }
  | { readonly tier: 'draft'; readonly subject: string };

const NOTE = `A note is a new page in memory/, named after this run, for example:

    # Note of RUN-20261121-004

    - **About:** docs/setup.md
    - **Found:** the link in line 12 leads to docs/install.md, which was renamed to docs/begin.md
    - **Proposed:** change the link to docs/begin.md`;

const DRAFT = `A draft is one page, PROJECTS/NAME/LONGRUNNER-DRAFT.md, and nothing else. It has one phase. Its
stop condition has at least two tests that files can meet, without commands. For example:

    ---
    mission: Know which licences our packages have, and which of them conflict
    phase:
      name: survey
      objective: List each package with its licence and where that is stated
      stop_condition:
        - entries: { in: "outputs/survey-*.md", under: "## Entries", at_least: 12, each_has: [name, licence, source] }
        - links_resolve: "outputs/survey-*.md"
    next_pass:
      objective: List the first twelve packages
      criteria:
        - entries: { in: "outputs/survey-*.md", under: "## Entries", at_least: 3 }
    rationale: Nobody has looked at licences, and the domain anchor names them
    domain_fit: It is about licences of open source packages
    ---

    # Licences`;

const RULES: Readonly<Record<IdleTier, string>> = {
  repair: `Find out what is wrong and what would put it right. Change the file only if the brief lets you write
it; otherwise write a note with the file, the line and the change that you propose. If you cannot
tell what is right, say so in the note.\n\n${NOTE}`,
  review: `Look whether it is still true, and write a note. "Still true" is a good result. Do not change a
page in order to have something to show.\n\n${NOTE}`,
  consolidate: `Write one page with what lasts: facts with their date and source, decisions with their reason,
and open questions. Leave out failed attempts that help nobody. Name each day, as in \`2026-11-13\`.
The daily logs stay as they are.`,
  draft: `Propose one project that serves the domain anchor and that nobody works on yet. Its first pass must
fit into one pass.\n\n${DRAFT}`,
};

export function idleRules({ tier }: IdleItem): string {
  return RULES[tier];
}

/** The test of the pass, as the brief states it. */
export function idleTest(item: IdleItem): string {
  switch (item.tier) {
    case 'repair':
      return `validate no longer finds ${item.rule} in ${item.subject}, or a note written in this pass names ${item.subject}`;
    case 'review':
      return `a note written in this pass names ${item.subject}`;
    case 'consolidate':
      return `${item.subject} has at least 200 characters and names each of its ${item.days.length} days`;
    case 'draft':
      return 'a draft written in this pass has a mission, a phase, a first objective, and a stop condition of at least two tests without commands';
  }
}

/** `changed`: what this pass wrote. `diagnostics`: of the workspace as the pass left it. */
export type IdleResult = {
  readonly snapshot: Snapshot;
  readonly changed: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
};

export function evaluateIdle(item: IdleItem, result: IdleResult): AssertionResult {
  const assertion = idleTest(item);
  const { holds, found, where } = findingOf(item, result);
  return {
    assertion,
    holds,
    expected: assertion,
    found,
    distance: holds ? 0 : 1,
    ...defined({ where }),
  };
}

type Finding = Pick<AssertionResult, 'holds' | 'found' | 'where'>;

function findingOf(item: IdleItem, result: IdleResult): Finding {
  switch (item.tier) {
    case 'repair':
      return repaired(item, result) ?? noteAbout(item.subject, result);
    case 'review':
      return noteAbout(item.subject, result);
    case 'consolidate':
      return summary(item, result);
    case 'draft':
      return drafted(result);
  }
}

function repaired(
  { rule, subject }: IdleItem & { readonly tier: 'repair' },
  { diagnostics, changed }: IdleResult,
): Finding | undefined {
  const left = diagnostics.filter(
    (diagnostic) => diagnostic.rule === rule && diagnostic.range.file === subject,
  );
  return left.length === 0 && changed.includes(subject)
    ? { holds: true, found: `no ${rule} is left`, where: subject }
    : undefined;
}

function noteAbout(subject: string, { snapshot, changed }: IdleResult): Finding {
  const notes = changed.filter((path) => path.startsWith('memory/') && path.endsWith('.md'));
  const naming = notes.find((path) => snapshot.text(path)?.includes(subject) === true);
  if (naming !== undefined) return { holds: true, found: 'a note', where: naming };
  return {
    holds: false,
    found:
      notes.length === 0
        ? 'this pass wrote no note in memory/'
        : `${notes.join(', ')}, which does not name ${subject}`,
  };
}

const SHORTEST_SUMMARY = 200;

function summary(
  { subject, days }: IdleItem & { readonly tier: 'consolidate' },
  { snapshot }: IdleResult,
): Finding {
  const text = snapshot.text(subject);
  if (text === undefined) return { holds: false, found: `${subject} does not exist` };
  const unnamed = days.filter((day) => !text.includes(day));
  if (text.trim().length < SHORTEST_SUMMARY)
    return { holds: false, found: `${text.trim().length} characters`, where: subject };
  return unnamed.length === 0
    ? { holds: true, found: `all ${days.length} days`, where: subject }
    : { holds: false, found: `it does not name ${unnamed.join(', ')}`, where: subject };
}

function drafted({ snapshot, changed }: IdleResult): Finding {
  const written = snapshot.records('DRAFT').filter((draft) => changed.includes(draft.file));
  const [draft] = written;
  if (draft === undefined) return { holds: false, found: 'this pass wrote no draft' };
  const problems = draftProblems(draft);
  return problems.length === 0
    ? { holds: true, found: `the draft ${draft.key}`, where: draft.file }
    : { holds: false, found: problems.join('; '), where: draft.file };
}
