/** An owned workspace with four projects whose agents work in copies, and nights in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import {
  longrunnerOf,
  type Place,
  placeWithProject,
  read,
  REPORT,
  runnersPage,
} from './pass-workspace.js';

export const SLUGS = ['pages', 'rivers', 'lakes', 'seas'];

/** @param waiting what the agent does before it writes its page. */
export function waitingAgent(waiting: string): string {
  return `import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
${waiting}
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# Page\\n\\n## Entries\\n\\n- name: one\\n- name: two\\n');
${REPORT}`;
}

export function fourProjects(
  directory: string,
  agent: string,
  more: Readonly<Record<string, string>> = {},
): Place {
  const next = [
    'runner: boxed',
    'model_tier: standard',
    'requires: []',
    'criteria: []',
    'writes: ["outputs/**"]',
  ];
  const table = readFileSync(new URL('../../../ACTIVE-PROJECTS.md', import.meta.url), 'utf8');
  const rows = SLUGS.map(
    (slug, i) =>
      `| ${i + 1} | ${slug} | PROJECTS/${slug}/LONGRUNNER.md | write | active | - | - |\n`,
  );
  const files: Record<string, string> = {
    'orchestration-os/RUNNERS.md': runnersPage(),
    ...more,
    'ACTIVE-PROJECTS.md': table.replace(/(\|---\|.*\n)/, `$1${rows.join('')}`),
  };
  const first = placeWithProject(join(directory, 'first'), agent, { runner: 'boxed', files });
  for (const slug of SLUGS) {
    files[`PROJECTS/${slug}/LONGRUNNER.md`] = longrunnerOf({
      title: slug,
      mission: `Describe ${slug}.`,
      objective: 'Write the page.',
      first: 'Write the first page.',
      next,
    });
    files[`PROJECTS/${slug}/PHASES.md`] = read(first, 'PROJECTS/pages/PHASES.md');
    files[`PROJECTS/${slug}/pass.mjs`] = agent;
  }
  return placeWithProject(join(directory, 'four'), agent, { runner: 'boxed', files });
}

const BIN = fileURLToPath(new URL('../../../bin/nocturne.cjs', import.meta.url));

/** Starts `nocturne` with these words. */
export const nocturneIn = ({ root, home }: Place, ...words: readonly string[]) =>
  execa(process.execPath, [BIN, ...words], {
    cwd: root,
    env: { NOCTURNE_HOME: home },
    reject: false,
  });

export const runNight = (place: Place, ...words: readonly string[]) =>
  nocturneIn(place, 'night', '--passes', '4', ...words);
