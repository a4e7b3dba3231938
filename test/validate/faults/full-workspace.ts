/** The base workspace with at least two records on each page that can have records. */
import { baseFiles, type Content, DISPATCH_ROW, type Files } from '../base-workspace.js';
import { append, type Edit, file, replace } from '../edit-workspace.js';

const HASH = 'a'.repeat(64);
const MESSAGE = `---
channel: chat
sender: Bo
time: 2026-11-20T03:00:00Z
mention: true
received: 2026-11-20T03:00:00Z
sha256: ${HASH}
`;

const ADDED_ROWS: Readonly<Record<string, readonly [separator: string, rows: string]>> = {
  'ACTIVE-PROJECTS.md': [
    DISPATCH_ROW,
    '| 2 | garden | PROJECTS/garden/LONGRUNNER.md | plant | paused | - | - |',
  ],
  'PROJECTS/MANAGER-REVIEW-REGISTRY.md': [
    '|---|---|---|---|---|---|',
    '| inventory | 2026-11-19T05:00:00Z | STRONG | up | - | It advances. |\n| inventory | 2026-11-20T05:00:00Z | WEAK | level | - | It rests. |',
  ],
  'orchestration-os/OPS-DESTINATIONS.md': [
    '|---|---|---|---|---|---|',
    '| licences | url | spdx.org/licenses/* | - | 5 | - |\n| team | channel | telegram:team | - | 1 | - |',
  ],
  'inbox/SENDERS.md': [
    '|---|---|---|---|---|---|---|',
    '| chat-bo | chat | Bo | sender | allow | - | 2026-11-20T03:00:00Z |\n| chat-al | chat | Al | sender | deny | - | 2026-11-20T03:00:00Z |',
  ],
};

const EDITS: readonly Edit[] = [
  append(
    'orchestration-os/JOBS.md',
    '\n## backup every night\n\n- **Host:** cron\n- **Start by:** 03:10\n\n```yaml fresh\n- "*.dump"\n```\n\n## report every week\n\n- **Host:** systemd\n\n```yaml proves\n- file_exists: report.md\n```\n',
  ),
  ...Object.entries(ADDED_ROWS).map(([path, [above, rows]]) =>
    replace(path, above, `${above}\n${rows}`),
  ),
  replace(
    'orchestration-os/OPS-INBOUND.md',
    '|---|---|---|---|---|---|---|---|',
    '|---|---|---|---|---|---|---|---|\n| chat | quarantine | always | - | accumulate | inventory | 30 | - |\n| mail | drop | mention | - | drop | - | 5 | - |',
  ),
  append(
    'NOTIFICATIONS.md',
    `
### N-20261120-001 May the list be published?

- **Time:** 2026-11-20T05:30:00Z
- **Priority:** high
- **Project:** inventory
- **Kind:** note
- **Action needed:** Look at it.
- **Status:** open
- **Answer:** -

### N-20261120-002 Which licence does the last package have?

- **Time:** 2026-11-20T05:31:00Z
- **Priority:** low
- **Project:** inventory
- **Kind:** note
- **Action needed:** Name it.
- **Status:** open
- **Answer:** -
`,
  ),
  append(
    'orchestration-os/NOTIFICATIONS-ARCHIVE.md',
    `
### N-20261118-001 Begin?

- **Time:** 2026-11-18T05:30:00Z
- **Priority:** high
- **Project:** inventory
- **Kind:** proposal
- **Action needed:** Begin.
- **Status:** done
- **Answer:** yes
- **Archived at:** 2026-11-19T05:30:00Z
`,
  ),
  append(
    'orchestration-os/AGENTS-LESSONS.md',
    `
## L-20261120-001 Lock files are not proof

- **Date:** 2026-11-20
- **Kind:** method
- **Observation:** Look at what is installed.
- **Evidence:** The list of the first night.

## L-20261120-002 A licence file may be missing

- **Date:** 2026-11-20
- **Kind:** method
- **Observation:** Look into the source.
- **Evidence:** The list of the second night.
`,
  ),
  file(
    'memory/2026-11-20.md',
    `# 2026-11-20

## RUN-20261120-001 inventory

- **Time:** 2026-11-20T01:42:10Z
- **Project:** inventory
- **Result:** Twelve packages are listed.

## RUN-20261120-002 inventory

- **Time:** 2026-11-20T02:42:10Z
- **Project:** inventory
- **Result:** Their licences are listed.
`,
  ),
  file(
    'PROJECTS/garden/LONGRUNNER.md',
    `---
mission: Know when each plant needs water.
phase:
  name: plant
  objective: List the plants.
  stop_condition: []
  started: 2026-11-18T09:00:00Z
  status: active
next_pass:
  objective: List the plants on the balcony.
  runner: script
  model_tier: standard
  writes:
    - outputs/**
---

# Garden
`,
  ),
  file(
    'PROJECTS/garden/PHASES.md',
    '# Phases\n\n## plant\n\n- **Objective:** List the plants.\n\n```yaml successors\n[]\n```\n\n```yaml stop_condition\n- file_exists: outputs/plants.md\n```\n',
  ),
  file('PROJECTS/garden/pass.mjs', 'console.log("done");\n'),
  file('PROJECTS/inventory/pass.mjs', 'console.log("done");\n'),
  file(
    'PROJECTS/idea/LONGRUNNER-DRAFT.md',
    `---
mission: Sort the photographs of the clinic.
phase:
  name: sort
  objective: Sort them by year.
rationale: They are needed for the report.
domain_fit: Documentation.
---

# Photographs
`,
  ),
  file('inbox/quarantine/m1.md', `${MESSAGE}unverified: false\n---\nHello.\n`),
  file(
    'inbox/messages/m2.md',
    `${MESSAGE}project: inventory\nengaged: true\nstate: waiting\n---\nHello.\n`,
  ),
];

let made: Files | undefined;

export function fullFiles(): Files {
  if (made === undefined) {
    const files = new Map<string, Content>(baseFiles());
    for (const edit of EDITS) edit(files);
    made = files;
  }
  return made;
}
