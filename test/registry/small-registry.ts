/** A REGISTRY.md with a few of everything and no mistake in it. */
export const SMALL = `# Registry

## R1 Objects

| Object | Files | Shape | Locator | Key | Readers | Writers |
|---|---|---|---|---|---|---|
| TASK | \`TASKS.md\` | table | \`## Tasks\` | slug | all | all |
| PLAN | \`PLANS/*/PLAN.md\` | document | front matter | path | all | all |
| NOTE | \`NOTES.md\` | section | \`### N-* in ## Inbox\` | id | all | all |
| LOG | \`audit/LOG.md\` | log | \`## Log\` | seq | all | all |

## R2 Fields

### TASK

| Object | Field | Type | Required | Constraint | References | Writer |
|---|---|---|---|---|---|---|
| TASK | slug | ref(PLAN) | yes | unique | PLAN | bundle |
| TASK | status | enum(open, done) | yes | - | - | bundle |
| TASK | rank | int | no | 1..9; unique where status=open | - | agent |
| PLAN | goal.text | text | yes | not empty | - | owner |
| PLAN | goal.due | date | no | - | - | bundle |
| NOTE | id | token | yes | \`/^N-[;0-9]+$/\` | - | bundle |
| LOG | seq | int | yes | >= 1 | - | bundle |
| LOG | what | text | no | - | - | bundle |
| LOG | chain | token | yes | - | - | bundle |

## R3 Routes

| Pattern | Tier | Bundle | Note |
|---|---|---|---|
| \`TASKS.md\` | STANDARD | finish, open_task | tasks |
| \`audit/**\` | APPEND | - | logs |

## R4 Edges

| Source | Edge | Target | Note |
|---|---|---|---|
| \`BUNDLE:finish\` | WRITES | \`OBJECT:TASK\` | - |

## R5 Bundles

### finish

- **Arguments:** slug: ref(PLAN), why?: text
- **Preconditions:** TASK[{slug}].status is open; {why} is not empty

| Op | Target | Field | Value |
|---|---|---|---|
| set | TASK[{slug}] | status | done |
| set | PLAN[{slug}] | goal.due | {today + 3d} |
| append | LOG | what | {why} |

### open_task

- **Arguments:** slug: ref(PLAN)

| Op | Target | Field | Value |
|---|---|---|---|
| insert | TASK | slug | {slug} |
| insert | TASK | status | open |

## R6 Rules

### no-open-task

- **Severity:** warning
- **Message:** nothing is open in {file}

\`\`\`sql
SELECT 'TASKS.md' AS file, 1 AS line
\`\`\`

## R7 Change log

As it is.

## R8 Modules

| Module | Watches | Enabled |
|---|---|---|
| plans | \`PLANS/**\`, \`TASKS.md\` | no |

## Module greet

### R8 Modules

| Module | Watches | Enabled |
|---|---|---|
| greet | \`GREETINGS.md\` | yes |

### R1 Objects

| Object | Files | Shape | Locator | Key | Readers | Writers |
|---|---|---|---|---|---|---|
| GREETING | \`GREETINGS.md\` | table | \`## Greetings\` | id | all | all |

### R2 Fields

#### GREETING

| Object | Field | Type | Required | Constraint | References | Writer |
|---|---|---|---|---|---|---|
| GREETING | id | token | yes | unique | - | bundle |
| TASK | greeted | bool | no | - | - | bundle |

### R3 Routes

| Pattern | Tier | Bundle | Note |
|---|---|---|---|
| \`TASKS.md\` | STANDARD | greet | besides those of the core |

### R5 Bundles

#### greet

- **Arguments:** slug: ref(TASK), id: token

| Op | Target | Field | Value |
|---|---|---|---|
| insert | GREETING | id | {id} |
| set | TASK[{slug}] | greeted | true |
`;
