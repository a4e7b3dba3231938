import { spawn } from 'node:child_process';
import t from 'tap';
import { openKnowledge } from '../../../src/modules/knowledge/store/database.js';
import { indexFiles } from '../../../src/modules/knowledge/store/index-files.js';
import { indexVectors } from '../../../src/modules/knowledge/store/index-vectors.js';
import { indexPath } from '../../../src/modules/knowledge/operations/open-index.js';
import { contentOf, knowledgePlace } from './knowledge-place.js';
import { slowEmbedder } from './slow-embedder.js';
import { childProgram } from '../../support/child-program.js';

t.setTimeout(240_000);

const CHILD = childProgram('./index-child.js', import.meta.url);
const KILLS = 10;

/** Killed so long after it has begun, unless it ended before. @returns what it said. */
function index(
  place: { readonly root: string; readonly home: string },
  killAfterMs: number | undefined,
): Promise<{ readonly said: string; readonly killed: boolean }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, place.root, place.home], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (said === '' && killAfterMs !== undefined)
        setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      said += chunk.toString();
    });
    child.once('error', reject);
    child.once('exit', (_code, signal) => resolve({ said, killed: signal === 'SIGKILL' }));
  });
}

t.test(
  'killed ten times at any moment, the next run goes on, and the index is as if nothing had happened',
  async (t) => {
    const files = Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [
        `notes/${i}.md`,
        `# Note ${i}\n\n${'A line about something. '.repeat(20)}\n\n## More of ${i}\n\n${`Text number ${i}. `.repeat(30)}\n`,
      ]),
    );
    const place = knowledgePlace(t.testdir(), files);
    place.db.close();
    const counts: number[] = [];
    let kills = 0;
    for (let i = 0; i < KILLS; i++) {
      const { killed } = await index(place, 20 + Math.random() * 160);
      if (killed) kills += 1;
      const db = openKnowledge(indexPath(place.root));
      t.equal(db.pragma('integrity_check', { simple: true }), 'ok');
      t.equal(
        db
          .prepare(
            'SELECT count(*) FROM vectors v LEFT JOIN chunks c ON c.id = v.id LEFT JOIN codes s ON s.id = v.id WHERE c.id IS NULL OR s.id IS NULL',
          )
          .pluck()
          .get(),
        0,
        'no vector without its passage and its binary code',
      );
      counts.push(
        db
          .prepare('SELECT (SELECT count(*) FROM files) + (SELECT count(*) FROM vectors)')
          .pluck()
          .get() as number,
      );
      // Half way through, a file changes.
      db.close();
      if (i === 5) place.write('notes/3.md', '# Changed\n\nBetween two runs.\n');
    }
    t.ok(kills >= 5, `${kills} runs were killed`);
    t.same(
      counts.slice(0, 5),
      [...counts.slice(0, 5)].sort((a, b) => a - b),
      'what was done is kept',
    );
    const { said } = await index(place, undefined);
    t.match(said, /embedded \d+/);
    const killed = openKnowledge(indexPath(place.root));
    const whole = openKnowledge(`${t.testdirName}/whole.db`);
    indexFiles(whole, place.workspace.snapshot());
    await indexVectors(whole, slowEmbedder());
    t.same(contentOf(killed), contentOf(whole));
    for (const word of ['something', 'between', 'number', '149']) {
      const found = (db: typeof whole): unknown =>
        db
          .prepare(
            'SELECT c.path, c.ord FROM words w JOIN chunks c ON c.id = w.rowid WHERE words MATCH ? ORDER BY c.path, c.ord',
          )
          .raw()
          .all(word);
      t.same(found(killed), found(whole), `the words of both: ${word}`);
    }
  },
);
