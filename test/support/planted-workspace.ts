/**
 * A workspace in which everything that an agent can write holds a text that would like to be code
 * in a browser: names, reports, outputs, questions, notes, logs, the report of a pass.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { worker } from '../../src/passes/worker/worker.js';
import {
  environment,
  longrunnerOf,
  type Place,
  placeWithProject,
} from '../passes/pass-workspace.js';

/** Each would make an element or an attribute with its number, run a script, or call a stranger. */
const KINDS: readonly ((number: number) => string)[] = [
  (n) => `<img src=x data-planted=${n} onerror=planted(${n})>`,
  (n) => `<script data-planted=${n}>planted(${n})</script>`,
  (n) => `"><b data-planted=${n} onmouseover=planted(${n})>`,
  (n) => `'><svg data-planted=${n} onload=planted(${n})>`,
  (n) => `[planted ${n}](javascript:planted(${n}))`,
  (n) => `<a data-planted=${n} href=javascript:planted(${n})>`,
  (n) => `[planted ${n}](data:text/html;base64,PHNjcmlwdD4=)`,
  (n) => `![planted ${n}](https://evil.example/${n}.png)`,
  (n) => `</title></textarea></script></pre><iframe data-planted=${n} srcdoc=x>`,
  (n) => `--><form data-planted=${n} action=https://evil.example><button>`,
  (n) => `&lt;b data-planted=${n}&gt;&#60;i data-planted=${n}&#62;`,
  (n) => `<style data-planted=${n}>@import "https://evil.example/${n}"</style>`,
  (n) => `<${'javascript'.toUpperCase()}:planted(${n})> <b\u00a0data-planted=${n}>`,
  (n) => `\u202e<u data-planted=${n} style=background:url(//evil.example/${n})>`,
];

export type Planted = {
  readonly place: Place;
  readonly where: readonly string[];
  readonly runs: readonly string[];
  readonly files: readonly string[];
};

export async function plantedWorkspace(directory: string): Promise<Planted> {
  const where: string[] = [];
  /** What stands there; its number is its place in the list. */
  const plant = (place: string): string => {
    where.push(place);
    return (KINDS[where.length % KINDS.length] ?? String)(where.length - 1);
  };
  const name = (place: string): string => plant(place).replaceAll('/', '⁄').slice(0, 90);
  const quoted = (place: string): string => JSON.stringify(plant(place));
  const outputs = ['a', 'b', 'c', 'd'].map((letter) => `outputs/${letter} ${name('file name')}.md`);
  const files: Record<string, string> = {
    'NOTIFICATIONS.md': notifications(plant),
    'PROJECTS/pages/LONGRUNNER.md': longrunnerOf({
      title: plant('title of a project'),
      mission: quoted('mission'),
      objective: quoted('objective of the phase'),
      first: quoted('next objective'),
      next: [
        'runner: script',
        'model_tier: standard',
        'requires: []',
        `criteria: [${quoted('criterion')}]`,
        'writes: ["outputs/**"]',
      ],
    }),
    'PROJECTS/pages/PHASES.md': phases(plant),
    'PROJECTS/pages/outputs/page.md': `# ${plant('heading of an output')}\n\n${plant('output')}\n\n## Entries\n\n- name: ${plant('entry of an output')}\n- name: two\n\n| ${plant('head of a table')} |\n|---|\n| ${plant('cell of a table')} |\n\n\`\`\`${plant('info of a fence').replaceAll('`', '')}\n${plant('code of an output')}\n\`\`\`\n\n<div>${plant('HTML of an output')}</div>\n`,
    'PROJECTS/pages/outputs/data.json': JSON.stringify({
      [plant('key of JSON')]: plant('value of JSON'),
    }),
    'PROJECTS/pages/outputs/view.html': `<!doctype html><body>${plant('page of an output')}`,
    'PROJECTS/pages/outputs/view.svg': `<svg xmlns="http://www.w3.org/2000/svg">${plant('picture of an output')}</svg>`,
    'memory/2026-11-20.md': `# 2026-11-20\n\n${plant('memory')}\n\n- ${plant('item of a memory')}\n`,
    'inbox/letter.md': `---\nsender: ${quoted('sender')}\nsubject: ${quoted('subject')}\n---\n\n${plant('message')}\n`,
    'orchestration-os/GLOSSARY-NOTES.md': `# ${plant('heading of a page')}\n\n${plant('page')}\n`,
    ...Object.fromEntries(
      outputs.map((path) => [`PROJECTS/pages/${path}`, `# ${plant('output with such a name')}\n`]),
    ),
  };
  const report = JSON.stringify({
    summary: plant('summary of a report'),
    outputs: [outputs[0], plant('output of a report')],
    answers: { non_obvious: true, durable: true, compounding: true },
    next_objective: plant('next objective of a report'),
    escalation: plant('escalation of a report'),
  });
  const agent = `import { mkdirSync, writeFileSync } from 'node:fs';
console.log(${quoted('printed by an agent')});
console.error(${quoted('error of an agent')});
mkdirSync('outputs', { recursive: true });
writeFileSync(${JSON.stringify(outputs[1])}, ${quoted('written in a pass')});
writeFileSync(${JSON.stringify(`../../memory/${name('name of a forbidden file')}`)}, ${quoted('forbidden file')});
writeFileSync('../../SOUL.md', ${quoted('protected page')});
console.log('\`\`\`nocturne-report\\n' + ${JSON.stringify(report)} + '\\n\`\`\`');
`;
  const place = placeWithProject(directory, agent, { files });
  const run = async () => (await worker(environment(place), { role: 'worker' })).data.runId;
  const runs = [await run(), await run()];
  logRows(place, plant);
  writeFileSync(
    join(place.root, 'PROJECTS/pages/outputs/late.md'),
    `# ${plant('after the pass')}\n`,
  );
  return { place, where, runs, files: Object.keys(files) };
}

type Plant = (place: string) => string;

function notifications(plant: Plant): string {
  const kinds = ['proposal', 'escalation', 'draft', 'incident', 'note', 'briefing', 'transition'];
  const questions = kinds.map(
    (kind, i) => `### N-20261120-${String(i + 1).padStart(3, '0')} ${plant(`title of a ${kind}`)}

- **Time:** 2026-11-20T21:00:00Z
- **Priority:** high
- **Kind:** ${kind}
- **Project:** pages
- **Action needed:** ${plant(`question of a ${kind}`)}
- **Status:** ${i === 4 ? 'approved' : 'open'}
- **Answer:** ${i === 4 ? plant('answer') : '-'}
- **Topic:** -

${plant(`evidence of a ${kind}`)}
`,
  );
  return `# Notifications\n\n## Briefing\n\n- **Time:** -\n\n${plant('briefing')}\n\n## Inbox\n\n${questions.join('\n')}`;
}

function phases(plant: Plant): string {
  return `# Phases

## write

- **Objective:** ${plant('objective in PHASES.md')}

\`\`\`yaml successors
[]
\`\`\`

\`\`\`yaml stop_condition
- matches: { in: "outputs/*.md", pattern: ${JSON.stringify(plant('pattern of a stop condition'))} }
\`\`\`

## ${plant('name of a phase')}

- **Objective:** ${plant('objective of a second phase')}
`;
}

/** As a commit writes them: the chains of the logs stay whole. */
function logRows(place: Place, plant: Plant): void {
  place.workspace.commit(() => ({
    actor: { kind: 'pass', name: 'worker' },
    runId: '',
    reason: plant('reason of a change'),
    changes: [
      {
        kind: 'write',
        path: `PROJECTS/pages/outputs/${plant('committed file').replaceAll('/', '⁄')}.md`,
        content: plant('committed text'),
      },
    ],
    audit: ['refusal', 'send', 'write'].map((type) => ({
      step: 'T4',
      type,
      target: plant(`target of a ${type}`),
      authorisation: plant(`authorisation of a ${type}`),
      result: 'refused',
      detail: plant(`detail of a ${type}`),
    })),
  }));
}
