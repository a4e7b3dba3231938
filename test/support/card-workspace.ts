/**
 * The running pass of the guard's workspace, with records that lean on each other: cards in files
 * of their own, parts in a table, and rules of R6 over both.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LivePass, livePass } from './live-pass.js';

export const CARDS = 'PROJECTS/inventory/outputs/cards';
export const PARTS = 'PROJECTS/inventory/outputs/parts.md';

const OBJECTS = `| CARD | \`${CARDS}/*.md\` | document | front matter | path | all | agent |
| PART | \`${PARTS}\` | table | \`## Parts\` | name | all | agent |
`;
const FIELDS = `| CARD | code | token | yes | unique; /^[A-Z]\\d+$/ | - | agent |
| CARD | level | int | yes | 1..5 | - | agent |
| CARD | state | enum(open, done) | yes | - | - | agent |
| CARD | seat | token | no | unique where state=open | - | agent |
| CARD | due | date | no | - | - | agent |
| CARD | part | ref(PART) | no | - | PART | agent |
| CARD | note | text | no | - | - | agent |
| CARD | verdict | text | no | - | - | owner |
| CARD | score | int | no | - | - | bundle |
| PART | name | token | yes | not empty | - | agent |
| PART | serial | token | yes | unique | - | agent |
| PART | strength | int | yes | >= 0 | - | agent |
| PART | beside | ref(PART) | no | - | PART | agent |
`;
const RULES = `### done-needs-part

- **Severity:** error
- **Message:** {key} is done without a part

\`\`\`sql
SELECT file, line, key FROM card WHERE state = 'done' AND part IS NULL
\`\`\`

### too-much-for-part

- **Severity:** error
- **Message:** {key} is of level {level}, more than its part can bear

\`\`\`sql
SELECT c.file, c.line, c.key, c.level FROM card c JOIN part p ON p.key = c.part WHERE c.level > p.strength
\`\`\`

### levels-together

- **Severity:** error
- **Message:** all levels together are {total}

\`\`\`sql
SELECT '${PARTS}' AS file, 1 AS line, sum(level) AS total FROM card HAVING sum(level) > 8
\`\`\`

### note-wanted

- **Severity:** warning
- **Message:** {key} has no note

\`\`\`sql
SELECT file, line, key FROM card WHERE note IS NULL
\`\`\`

`;

export function card(fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return `---\n${lines.join('\n')}\n---\n\n# Card\n`;
}

const EMPTY = { due: 'null', part: 'null', note: 'null', verdict: 'null', score: 'null' };

/** @param directory an empty folder. */
export function cardPass(directory: string): LivePass {
  const pass = livePass(directory);
  const { root } = pass;
  const registry = readFileSync(join(root, 'REGISTRY.md'), 'utf8');
  writeFileSync(
    join(root, 'REGISTRY.md'),
    registry
      .replace('\n## R2 Fields', `${OBJECTS}\n## R2 Fields`)
      .replace('\n## R3 Routes', `${FIELDS}\n## R3 Routes`)
      .replace('## R6 Rules\n\n', `## R6 Rules\n\n${RULES}`),
  );
  mkdirSync(join(root, CARDS), { recursive: true });
  const cards = {
    a: { code: 'A1', level: '2', state: 'open', seat: 's1', ...EMPTY, part: 'bolt' },
    b: { code: 'B1', level: '2', state: 'done', seat: 's1', ...EMPTY, part: 'bolt' },
    c: { code: 'C1', level: '1', state: 'open', seat: 's3', ...EMPTY },
  };
  for (const [name, fields] of Object.entries(cards))
    writeFileSync(join(root, CARDS, `${name}.md`), card(fields));
  writeFileSync(
    join(root, PARTS),
    '# Parts\n\n## Parts\n\n| Name | Serial | Strength | Beside |\n|---|---|---|---|\n| bolt | x1 | 3 | - |\n| nut | x2 | 4 | bolt |\n| pin | x3 | 1 | - |\n',
  );
  return pass;
}
