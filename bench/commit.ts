/** A commit of three files with records and two logs, compared with bare writes of the same five. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/kernel/clock.js';
import { openWorkspace } from '../src/workspace/open-workspace.js';
import { makeWorkspace } from '../test/support/make-workspace.js';
import { makeProjects } from './make-large.js';
import { byTurns, timeOf } from './measure.js';
import { atMost, type Bench } from './result.js';

const SLUG = 'project-00000';
const FILES = [
  `PROJECTS/${SLUG}/LONGRUNNER.md`,
  'ACTIVE-PROJECTS.md',
  'MODEL-TIERS.md',
  'audit/CHANGE-LOG.md',
  'audit/AUDIT-LOG.md',
];
const RUNS = 31;
const LIMIT = 2;

export const commit: Bench = {
  name: 'commit',
  async run(directory) {
    const { root, home } = makeWorkspace(directory, { at: new Date().toISOString() });
    makeProjects(root, 10);
    const workspace = openWorkspace(root, { home, clock: systemClock });
    let run = 0;
    const ours = (): number => {
      const value = `list the entries after ${++run}`;
      return timeOf(() => {
        const { files } = workspace.commit({
          actor: { kind: 'owner', name: 'bench' },
          runId: '',
          reason: 'bench',
          changes: [
            { kind: 'set', address: `PROJECT[${SLUG}].next_pass.objective`, value },
            {
              kind: 'set',
              address: `DISPATCH[${SLUG}].last_worker_pass`,
              value: `2026-11-20T02:00:${String(run % 60).padStart(2, '0')}Z`,
            },
            { kind: 'set', address: 'MODEL-TIER[standard].max_minutes', value: 21 + (run % 70) },
          ],
          audit: [
            {
              step: '',
              type: 'bench',
              target: SLUG,
              authorisation: 'owner',
              result: 'ok',
              detail: '',
            },
          ],
        });
        if (files.length !== 3)
          throw new Error(`${files.length} files were written; expected 3 and the logs`);
      });
    };
    const bare = (): number => {
      const contents = FILES.map((file) => readFileSync(join(root, file)));
      return timeOf(() =>
        FILES.forEach((file, i) =>
          writeBare(join(directory, file.replaceAll('/', '_')), contents[i] ?? Buffer.alloc(0)),
        ),
      );
    };
    const [figure = 0, floor = 0] = await byTurns([ours, bare], RUNS);
    workspace.close();
    return [
      atMost('commit of five files', {
        figure,
        floor,
        floorName: 'write, fsync, rename',
        limit: LIMIT,
      }),
    ];
  },
};

function writeBare(path: string, content: Buffer): void {
  const descriptor = openSync(`${path}.new`, 'w');
  writeSync(descriptor, content);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(`${path}.new`, path);
}
