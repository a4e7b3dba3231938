import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { freePort, NATS_SERVER, NO_SERVER } from '../modules/mesh/nats-server.js';
import { writeAnsweredProgram } from '../support/answered-program.js';
import { BIN, callProgram, startProgram } from '../support/standing-process.js';
import { scan } from '../../src/markdown/scan.js';

t.setTimeout(300_000);

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const PAGES = {
  'docs/GETTING-STARTED.md': 10,
  'docs/BACKUP.md': 10,
  'docs/CHANNELS.md': 5,
  'docs/JOBS.md': 6,
  'docs/SPEND.md': 6,
  'docs/PLANS.md': 7,
  'docs/MESH.md': 5,
};

type Step = { readonly line: number; readonly commands: string; readonly shown: readonly string[] };

/**
 * Every block of commands with what the page shows of its output. `sh install` is what `npm ci` did
 * before this test.
 */
function stepsOf(page: string): readonly Step[] {
  const steps: Step[] = [];
  for (const fence of scan(page).fences) {
    const content = page.slice(fence.contentStart, fence.contentEnd);
    if (fence.info === 'sh') steps.push({ line: fence.line, commands: content, shown: [] });
    const last = steps.at(-1);
    if (fence.info === 'text' && last !== undefined)
      steps.splice(-1, 1, { ...last, shown: content.trim().split('\n') });
  }
  return steps;
}

/** Days, runs and counts differ from one machine and version to the next. */
const steady = (text: string): string => text.replace(/\d+/g, '0').replace(/ +/g, ' ');

/** What a page starts in the background is a process of its own. */
const RUNS_ON = `case "$*" in serve | 'mesh work') exec "${process.execPath}" "${BIN}" "$@" ;; esac\n`;

/** In docs/MESH.md; something else may listen there. */
const PORT = '14222';

/** What the page has started and ended may still write; what it has not ended is ended here. */
async function endedIn(place: string): Promise<void> {
  const files = readdirSync(place).filter((name) => name.endsWith('.pid'));
  const pids = files.map((name) => Number(readFileSync(join(place, name), 'utf8')));
  const last = Date.now() + 30_000;
  for (const pid of pids)
    while (isAlive(pid)) {
      if (Date.now() > last) process.kill(pid, 'SIGKILL');
      await pause(50);
    }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A mesh needs a server, and a sandbox for tasks of others. */
const skipOf = (page: string): string | false => {
  if (page !== 'docs/MESH.md') return false;
  const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
  return NO_SERVER || (!hasSandbox && 'bubblewrap is not installed');
};

for (const [PAGE, fewest] of Object.entries(PAGES)) {
  const skip = skipOf(PAGE);
  t.test(
    `the commands of ${PAGE} work in their order, and print what it shows`,
    { skip },
    async (t) => {
      const page = readFileSync(join(REPOSITORY, PAGE), 'utf8');
      const place = join(t.testdirName, 'getting started');
      t.teardown(() => endedIn(place));
      t.testdir({ 'getting started': { bin: {} } });
      writeAnsweredProgram(join(place, 'bin/nocturne'), callProgram, RUNS_ON);
      const {
        NOCTURNE_RUN: _,
        NOCTURNE_PASS_TOKEN: __,
        NOCTURNE_WORKSPACE: ___,
        NOCTURNE_HOME: ____,
        ...env
      } = process.env;
      const steps = stepsOf(page);
      t.ok(steps.length >= fewest, 'the page has its commands');
      const port = String(await freePort());
      let directory = place;
      for (const { line, commands, shown } of steps) {
        const script = `set -e\n${commands.replaceAll(PORT, port)}\npwd > "$HOME/where"\n`;
        const { exit, stdout, stderr } = await startProgram('bash', ['-c', script], {
          cwd: directory,
          env: {
            ...env,
            // The repository around the fixtures is not that of the page.
            GIT_CEILING_DIRECTORIES: place,
            HOME: place,
            ...(NATS_SERVER === undefined ? {} : { NATS_SERVER }),
            GIT_AUTHOR_NAME: 'Ada',
            GIT_AUTHOR_EMAIL: 'ada@example.org',
            GIT_COMMITTER_NAME: 'Ada',
            GIT_COMMITTER_EMAIL: 'ada@example.org',
            PATH: `${join(place, 'bin')}:${env['PATH'] ?? ''}`,
            COLUMNS: '100',
          },
        });
        t.equal(exit, 0, `${PAGE}:${line}`, { commands, stdout, stderr });
        for (const text of shown)
          t.ok(steady(stdout).includes(steady(text)), `${PAGE}:${line} shows: ${text}`, { stdout });
        directory = readFileSync(join(place, 'where'), 'utf8').trim();
      }
    },
  );
}

t.test('every command that the page names in its text is one', async (t) => {
  const { wholeCatalogue } = await import('../../src/surfaces/cli/added-commands.js');
  const catalogue = await wholeCatalogue();
  const pages = Object.keys(PAGES).map((path) => readFileSync(join(REPOSITORY, path), 'utf8'));
  for (const [, words = ''] of pages.join('\n').matchAll(/`nocturne ([a-z][a-z -]*)/g)) {
    const [first = '', second = ''] = words.trim().split(' ');
    t.ok(first in catalogue || `${first} ${second}` in catalogue, `nocturne ${words.trim()}`);
  }
});
