/**
 * Newer hosts keep track of who wrote the pages of a prompt: neither an owner's edit nor an undone
 * change may take a page out of what the model is sent.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Place } from './place.js';
import { textOf, type Turn } from './scripted-model.js';

const MARKS = [
  'the-host-wrote-this',
  'the-owner-added-this',
  'the-owner-is-known-by-this',
] as const;

/** The host's own tool writes MEMORY.md, then the owner edits it and USER.md without the host. */
export async function editPages(t: Test, place: Place): Promise<void> {
  const memory = place.read('MEMORY.md');
  await turn(t, place, [
    {
      calls: [{ call: 'write', args: { path: 'MEMORY.md', content: `${memory}\n${MARKS[0]}\n` } }],
    },
    { say: 'It is written.' },
  ]);
  t.match(place.read('MEMORY.md'), MARKS[0], 'the host wrote MEMORY.md');
  appendFileSync(join(place.root, 'MEMORY.md'), `\n${MARKS[1]}\n`);
  appendFileSync(join(place.root, 'USER.md'), `\n${MARKS[2]}\n`);
  await place.nocturne(['sign', '--all', '--yes']);
}

/** A job's prompt has no pages of the workspace, so the agent's main session is asked. */
export async function pagesStay(t: Test, place: Place): Promise<void> {
  for (const n of [1, 2, 3]) {
    await turn(t, place, [{ say: 'Good morning.' }]);
    const sent = (place.model.asked[0]?.messages ?? [])
      .map((message) => textOf(message.content))
      .join('\n');
    for (const mark of MARKS) t.ok(sent.includes(mark), `turn ${n} is sent: ${mark}`);
  }
}

async function turn(t: Test, place: Place, turns: readonly Turn[]): Promise<void> {
  place.model.play(turns);
  const { exit, stdout, stderr } = await place.host.openclaw(
    ['agent', '--agent', 'main', '--message', 'Good evening.', '--json'],
    { timeoutMs: 240_000 },
  );
  t.equal(exit, 0, `${stdout}${stderr}`.slice(-2000));
}
