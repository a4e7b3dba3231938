/** A workspace for the language server: two projects that name each other, a question, notes. */
import { longrunnerOf, type Place, placeWithProject } from '../../passes/pass-workspace.js';

export const PAGE = 'PROJECTS/pages/LONGRUNNER.md';
export const PHASES = 'PROJECTS/pages/PHASES.md';
export const BOOKS = 'PROJECTS/books/LONGRUNNER.md';
export const DISPATCH = 'ACTIVE-PROJECTS.md';
export const NOTIFICATIONS = 'NOTIFICATIONS.md';
export const QUESTION = 'N-20261120-001';

const LONGRUNNER = longrunnerOf({
  title: 'Books',
  mission: 'Read what the pages are about.',
  objective: 'Read.',
  phase: 'read',
  first: 'Read the first book.',
  next: ['runner: script', 'model_tier: standard', 'writes: ["outputs/**"]'],
});

const TWO_PHASES = `# Phases

## write

- **Objective:** Write the page.

\`\`\`yaml successors
- check
\`\`\`

\`\`\`yaml stop_condition
- file_exists: outputs/page.md
- entries: { in: "outputs/*.md", under: "## Entries", at_least: 2, each_has: [name] }
\`\`\`

## check

- **Objective:** Check the page.

\`\`\`yaml successors
[]
\`\`\`

\`\`\`yaml stop_condition
- file_exists: outputs/checked.md
- file_exists: outputs/page.md
\`\`\`
`;

const question = (id: string, project: string): string => `
### ${id}

- **Time:** 2026-11-20T03:00:00Z
- **Priority:** high
- **Project:** ${project}
- **Kind:** note
- **Action needed:** Read the page of ${project}.
- **Status:** open
- **Answer:**
`;

export function lspPlace(directory: string, files: Readonly<Record<string, string>> = {}): Place {
  return placeWithProject(directory, '', {
    rulePages: true,
    files: {
      [PHASES]: TWO_PHASES,
      [BOOKS]: `${LONGRUNNER}\nSee [the pages](../pages/LONGRUNNER.md#pages) and [[PROJECTS/pages/outputs/page|a page]].\n`,
      'PROJECTS/books/PHASES.md': TWO_PHASES.replaceAll('write', 'read'),
      'PROJECTS/pages/outputs/page.md':
        '# Page\n\nMade for [the project](../LONGRUNNER.md), kept in PROJECTS/pages/outputs.\n\n## Entries\n\n- name: one\n- name: two\n',
      [DISPATCH]:
        '# Active projects\n\n## Projects\n\n| Priority | Slug | Longrunner | Phase | Status | Last worker pass | Escalation |\n|---|---|---|---|---|---|---|\n| 1 | pages | PROJECTS/pages/LONGRUNNER.md | write | active | - | - |\n| 2 | books | PROJECTS/books/LONGRUNNER.md | read | active | - | - |\n',
      [NOTIFICATIONS]: `# Notifications\n\n## Briefing\n\n- **Time:** -\n\n## Inbox\n${question(QUESTION, 'pages')}${question('N-20261120-002', 'books')}`,
      ...files,
    },
  });
}
