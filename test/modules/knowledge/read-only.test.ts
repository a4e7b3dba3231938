/** The index in a workspace that is mounted read-only, as a sandbox does it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sha256 } from '../../../src/kernel/hash.js';
import { indexPath } from '../../../src/modules/knowledge/operations/open-index.js';
import { BIN, cleanEnvironment } from '../../surfaces/mcp/mcp-place.js';
import { knowledgePlace } from './knowledge-place.js';

t.setTimeout(120_000);

t.test(
  'a copy of the index answers and nothing stale is shown; what would be lost is refused',
  async (t) => {
    const place = knowledgePlace(t.testdir({ scratch: {} }));
    await place.index();
    place.db.close();
    const scratch = join(t.testdirName, 'scratch');
    writeFileSync(join(place.root, 'notes/code.md'), '# Code\n\nThe aardvark sleeps by day.\n');
    const before = sha256(readFileSync(indexPath(place.root)));
    const readOnly = (
      words: readonly string[],
      temporary: string,
    ): { readonly exit: number | null; readonly stdout: string; readonly stderr: string } => {
      const { status, stdout, stderr } = spawnSync(
        'bwrap',
        [
          '--ro-bind',
          '/',
          '/',
          '--bind',
          scratch,
          scratch,
          '--dev',
          '/dev',
          '--proc',
          '/proc',
          '--',
          process.execPath,
          BIN,
          'knowledge',
          ...words,
        ],
        {
          cwd: place.root,
          env: { ...cleanEnvironment(place), TMPDIR: temporary },
          encoding: 'utf8',
        },
      );
      return { exit: status, stdout, stderr };
    };
    const found = readOnly(['search', 'aardvark'], scratch);
    t.match(found, { exit: 0, stdout: /^notes\/code\.md:3 /, stderr: '' });
    t.notMatch(
      readOnly(['search', 'readFileSafely'], scratch).stdout,
      /notes\/code\.md/,
      'what was edited away is not shown',
    );
    t.same(readdirSync(scratch), [], 'the copy is gone');
    t.match(readOnly(['index'], scratch), {
      exit: 1,
      stderr: /STORAGE: the knowledge index cannot be written here: .*knowledge\.db is read-only/,
    });
    t.match(readOnly(['search', 'aardvark'], '/proc'), {
      exit: 1,
      stderr: /is read-only here and cannot be copied/,
    });
    t.equal(sha256(readFileSync(indexPath(place.root))), before);
    t.notOk(existsSync(`${indexPath(place.root)}-shm`));
  },
);
