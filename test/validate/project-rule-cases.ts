/** What the rules about projects, phases, conditions, permissions and failures find and what they do not, as changes of the base workspace. */
import { type Edit, file, remove, replace } from './edit-workspace.js';
import type { Case } from './rule-cases.js';

const LONGRUNNER = 'PROJECTS/inventory/LONGRUNNER.md';
const PHASES = 'PROJECTS/inventory/PHASES.md';

/** The current phase's own condition, in the place of the empty one. */
function condition(yaml: string): Edit {
  return replace(LONGRUNNER, '  stop_condition: []', `  stop_condition:\n${yaml.replace(/^/gm, '    ')}`);
}

/** A phase whose successors are these. */
function phase(name: string, successors: string): string {
  return `\n## ${name}\n\n- **Objective:** Go on.\n\n\`\`\`yaml successors\n${successors}\n\`\`\`\n\n\`\`\`yaml stop_condition\n- file_exists: outputs/${name.replaceAll(/[«»]/g, '')}.md\n\`\`\`\n`;
}

function phases(...sections: readonly string[]): Edit {
  return file(PHASES, `# Phases\n${sections.join('')}`);
}

function lock(fields: Readonly<Record<string, string>>): Edit {
  const released = { status: 'released', holder: 'null', run_id: 'null', fence: '17', host: 'null', pid: 'null', locked_at: 'null', expires_at: 'null', consecutive_failures: '0' };
  return file('LOCK.md', `---\n${Object.entries({ ...released, ...fields }).map(([name, value]) => `${name}: ${value}\n`).join('')}---\n`);
}

const LOCKED = { status: 'locked', holder: 'worker', host: 'attic', pid: '40112', locked_at: '2026-11-21T01:30:00Z', expires_at: '2026-11-21T04:00:00Z' };

export const PROJECT_CASES: readonly Case[] = [
  // lock-state; what needs a lease is in lock-state.test.ts
  { rule: 'lock-state', name: 'locked, and nobody holds the lock', edits: [lock({ ...LOCKED, status: '«locked»' })], finds: ['error lock-state'], says: 'nobody holds the lock' },
  { rule: 'lock-state', name: 'locked, and its time is over', edits: [lock({ ...LOCKED, status: '«locked»', expires_at: '2026-11-21T02:00:00Z' })], finds: ['error lock-state'], says: 'its lease ended at 2026-11-21T02:00:00Z' },
  { rule: 'lock-state', name: 'released, but still naming somebody', edits: [lock({ host: '«attic»', pid: '40112' })], finds: ['error lock-state'], says: 'host' },
  { rule: 'lock-state', name: 'released', edits: [lock({})], finds: [] },

  // phase-graph
  { rule: 'phase-graph', name: 'a successor that is not declared', edits: [phases(phase('collect', '- «reviw»'), phase('review', '[]'))], finds: ['error phase-graph', `error phase-graph @ ${LONGRUNNER}:9:14-20`], says: 'did you mean review?' },
  { rule: 'phase-graph', name: 'successors on one line', edits: [phases(phase('collect', '[review, «publish»]'), phase('review', '[]'))], finds: ['error phase-graph'], says: '"publish" follows "collect"' },
  { rule: 'phase-graph', name: 'a phase that nothing leads to', edits: [phases(phase('collect', '- review'), phase('review', '[]'), phase('«publish»', '[]'))], finds: ['warning phase-graph'], says: 'from "collect" to "publish"' },
  { rule: 'phase-graph', name: 'a circle that nothing leads out of', edits: [phases(phase('collect', '- review\n- publish'), phase('review', '- «watch»'), phase('watch', '- review'), phase('publish', '[]'))], finds: ['warning phase-graph'], says: 'review, watch' },
  { rule: 'phase-graph', name: 'a circle that one phase can leave', edits: [phases(phase('collect', '- review'), phase('review', '- collect\n- publish'), phase('publish', '[]'))], finds: [] },
  { rule: 'phase-graph', name: 'a project in a phase that is not declared', edits: [replace(LONGRUNNER, '  name: collect', '  name: «colect»'), replace('ACTIVE-PROJECTS.md', '| collect |', '| colect |')], finds: ['error phase-graph', 'warning endless-phase @ *'], says: 'did you mean collect?' },
  { rule: 'phase-graph', name: 'a successor that the page does not allow', edits: [replace(LONGRUNNER, '  successor: review', '  successor: «collect»')], finds: ['error phase-graph'], says: 'which PROJECTS/inventory/PHASES.md does not allow' },
  { rule: 'phase-graph', name: 'no page of phases', edits: [remove(PHASES), replace(LONGRUNNER, '  name: collect', '  name: «collect»'), replace(LONGRUNNER, '  stop_condition: []', '  stop_condition:\n    - file_exists: a.md'), replace(LONGRUNNER, '[PHASES.md](PHASES.md)', 'nowhere')], finds: ['warning phase-graph'], says: 'declares no phases' },
  { rule: 'phase-graph', name: 'a project that is over may stand anywhere', edits: [replace(LONGRUNNER, '  name: collect', '  name: gone'), replace('ACTIVE-PROJECTS.md', '| collect | active |', '| collect | abandoned |')], finds: [] },
  { rule: 'phase-graph', name: 'phases of another file than a project', edits: [file('notes/PHASES.md', '# P\n\n## a\n\n- **Successors:** b\n')], finds: [] },

  // stop-condition
  { rule: 'stop-condition', name: 'a kind that there is not', edits: [condition('- «file_exist: outputs/*.md»')], finds: ['error stop-condition'], says: 'did you mean file_exists?' },
  { rule: 'stop-condition', name: 'arguments of the wrong type, each at its place', edits: [condition('- entries: { in: a.md, under: "## P", «at_least: many» }\n- not: { matches: { in: "a.md", «pattern: "(unclosed"» } }')], finds: ['error stop-condition', 'error stop-condition'] },
  { rule: 'stop-condition', name: 'a map where a list belongs', edits: [replace(LONGRUNNER, '  criteria: []', '  criteria:\n    file_exists: «a.md»')], finds: ['error stop-condition'], says: 'a condition is a list' },
  { rule: 'stop-condition', name: 'a text for people decides nothing', edits: [condition('- «All of it has been looked at.»')], finds: ['warning stop-condition'], says: 'nothing can check it' },
  { rule: 'stop-condition', name: 'a text beside an assertion: together they never hold', edits: [condition('- file_exists: outputs/*.md\n- «It reads well.»')], finds: ['warning stop-condition'] },
  { rule: 'stop-condition', name: 'criteria of the next pass', edits: [replace(LONGRUNNER, '  criteria: []', '  criteria:\n    - file_exists: { in: outputs/*.md, «atleast: 2» }')], finds: ['error stop-condition'] },
  { rule: 'stop-condition', name: 'the condition of a phase that has not come yet', edits: [replace(PHASES, '- file_exists: outputs/review-*.md', '- file_exists: «/outputs/review-*.md»')], finds: ['error stop-condition @ *'], says: 'relative to the project' },
  { rule: 'stop-condition', name: 'criteria of a phase', edits: [replace(PHASES, '- **Objective:** Say of each package what follows from its licence.', '- **Objective:** Say of each package what follows from its licence.\n\n```yaml criteria\n- «It is short.»\n```')], finds: ['warning stop-condition'] },
  { rule: 'stop-condition', name: 'a check that the pass may write', edits: [condition('- command: node «outputs/check.mjs» --all')], finds: ['error stop-condition'], says: 'PROJECTS/inventory/outputs/check.mjs decides' },
  { rule: 'stop-condition', name: 'a check of a phase that the pass may write', edits: [replace(PHASES, '- file_exists: outputs/review-*.md', '- any_of:\n    - command: [«outputs/check.sh»]\n    - file_exists: outputs/review-*.md')], finds: ['error stop-condition'] },
  { rule: 'stop-condition', name: 'a check beside the page, and a program of the machine', edits: [condition('- command: node check.mjs outputs/a.md\n- command: git diff --exit-code')], finds: [] },
  { rule: 'stop-condition', name: 'conditions of every sort', edits: [condition('# about the list\n- file_exists: outputs/*.md\n- all_of:\n    - links_resolve: outputs/**\n    - not: { matches: { in: "outputs/*.md", pattern: "lorem" } }\n- query: SELECT 1')], finds: [] },
];
