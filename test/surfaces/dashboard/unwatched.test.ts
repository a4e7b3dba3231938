/** A system that lets nobody watch files any more: the dashboard starts, and pages stay fresh. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DashboardProcess } from '../../support/dashboard-process.js';
import { makeWorkspace } from '../../support/make-workspace.js';

t.setTimeout(120_000);

/** In a namespace of its own, no process may watch files. */
const UNWATCHED = [
  'unshare',
  '-U',
  '-r',
  'sh',
  '-c',
  'echo 0 > /proc/sys/user/max_inotify_instances && exec "$0" "$@"',
];
const [program = '', ...words] = [...UNWATCHED, 'true'];
const skip = spawnSync(program, words).status !== 0 && 'unshare cannot limit inotify here';

t.test('the dashboard starts where files cannot be watched, and says so', { skip }, async (t) => {
  const { root, home } = makeWorkspace(t.testdir());
  const server = await DashboardProcess.start({ root, home }, [], UNWATCHED);
  t.teardown(() => server.stop('SIGTERM'));
  t.match(server.said, /the disk is not watched for changes \(.*\)\. Open pages look for changes/);
  const entered = await fetch(server.link, { redirect: 'manual' });
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const events = await fetch(`${server.origin}/events`, { headers: { cookie } });
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  const heard = async (word: string): Promise<boolean> => {
    for (;;) {
      const { done = true, value = '' } = (await reader?.read()) ?? {};
      if (value.includes(word)) return true;
      if (done) return false;
    }
  };
  t.ok(await heard('event: version'), 'the first version');
  // It has to have looked once before anything changes.
  t.ok(await heard('event: beat'));
  writeFileSync(join(root, 'inbox/note.md'), '# A note\n');
  t.ok(await heard('event: version'), 'a change is heard of without a watcher');
  await reader?.cancel();
});
