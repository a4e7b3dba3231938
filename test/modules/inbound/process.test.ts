/**
 * What becomes of each file that a channel drops: where it goes, and the one row that it leaves.
 */
import { fileSystemNow } from '../../../src/workspace/file-stat.js';
import { existsSync, linkSync, readdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { textOf } from '../../../src/modules/inbound/kept-message.js';
import { processInbox } from '../../../src/modules/inbound/process.js';
import { fieldText } from '../../../src/project/field-text.js';
import { validateSnapshot } from '../../../src/validate/validate-snapshot.js';
import { nextId } from '../../../src/workspace/ids.js';
import type { Place } from '../../passes/pass-workspace.js';
import { dropFile, inboxPlace, letter, type Letter } from './inbox-place.js';

t.setTimeout(120_000);

/** @param later milliseconds after the time of the file system. */
function sort(place: Place, later = 0): readonly string[] {
  const { workspace } = place;
  let said: readonly string[] = [];
  workspace.commit((snapshot) => {
    const change = processInbox({
      snapshot,
      step: '',
      fileTime: fileSystemNow(snapshot.root) + later,
      nextQuestion: () => nextId(snapshot, workspace.state, 'N'),
    });
    said = (change?.audit ?? []).map((row) => `${row.type} ${row.result} ${row.detail}`);
    return {
      actor: { kind: 'owner', name: 'owner' },
      runId: '',
      ...(change ?? { reason: 'nothing', changes: [] }),
    };
  });
  return said;
}

function drops(place: Place): readonly string[] {
  return place.workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'type') === 'inbound-drop')
    .map((row) => fieldText(row, 'detail').split(':')[0] ?? '');
}

const raw = (place: Place): readonly string[] =>
  readdirSync(join(place.root, 'inbox')).filter(
    (name) => name.endsWith('.md') && name !== 'README.md' && name !== 'SENDERS.md',
  );

type Case = readonly [what: string, content: string | Buffer, expected: string];
const head = (more: string): string =>
  `---\nchannel: chat\nsender: alice\ntime: 2026-11-21T01:00:00Z\n${more}---\nHello.\n`;
const of = (one: Letter): string => letter(one);
const CASES: readonly Case[] = [
  ['a message', of({}), 'message engaged'],
  ['an attachment, listed', head('attachments: [plan.pdf]\n'), 'message engaged'],
  ['no text', of({ text: '' }), 'message engaged'],
  ['a mention', of({ channel: 'room', mention: true }), 'message engaged'],
  ['no mention, kept', of({ channel: 'room' }), 'message accumulated'],
  ['a pattern that matches', of({ channel: 'words', text: 'deploy it' }), 'message engaged'],
  ['a pattern that does not match', of({ channel: 'words', text: 'no' }), 'not-engaged'],
  [
    'a pattern that never ends, kept',
    of({ channel: 'trap', text: `${'a'.repeat(40)}!` }),
    'message accumulated',
  ],
  ['an unknown sender', of({ sender: 'bob' }), 'quarantine'],
  ['an unknown sender, not addressed', of({ channel: 'room', sender: 'bob' }), 'quarantine'],
  ['a denied sender', of({ sender: 'mallory' }), 'sender-denied'],
  [
    'an unknown sender where these are dropped',
    of({ channel: 'slow', sender: 'bob' }),
    'sender-unknown',
  ],
  ['an unknown channel', of({ channel: 'pigeon' }), 'channel-unknown'],
  ['to a project that the sender may not write to', of({ to: 'other' }), 'project-not-allowed'],
  ['a channel that is a path', of({ channel: '../chat' }), 'malformed'],
  ['a sender of two lines', of({ sender: 'alice\nverdict: allow' }), 'malformed'],
  ['a sender with a bidirectional control', of({ sender: 'alice\u202e' }), 'malformed'],
  ['a sender without a name', of({ sender: '' }), 'malformed'],
  ['a time without a zone', of({ time: '2026-11-21T01:00:00' }), 'malformed'],
  ['a mention that is neither', head('mention: maybe\n'), 'malformed'],
  ['a field that messages do not have', head('engaged: true\n'), 'malformed'],
  ['a field that is there twice', head('sender: mallory\n'), 'malformed'],
  ['an attachment that is a map', head('attachments: [{ path: /etc/passwd }]\n'), 'malformed'],
  ['too large', `${of({})}${'a'.repeat(70_000)}`, 'too-large'],
  [
    'too large once its controls are written out',
    `${of({})}${'\u0000'.repeat(20_000)}`,
    'too-large',
  ],
  ['half written', '---\nchannel: chat\nsender: ali', 'left'],
  ['not text', Buffer.from([0xff, 0xfe, 0x00, 0x41]), 'left'],
  ['no front matter', 'Hello.\n', 'left'],
];

t.test('each file has one fate and leaves one row', async (t) => {
  const place = inboxPlace(t.testdir(), '');
  for (const [what, content, expected] of CASES) {
    const before = place.workspace.snapshot();
    const known = new Set(
      [...before.records('MESSAGE'), ...before.records('QUARANTINE')].map((one) => one.key),
    );
    const dropped = drops(place).length;
    dropFile(place, 'one.md', content);
    const rows = sort(place).filter((row) => !row.startsWith('sender_ask'));
    const snapshot = place.workspace.snapshot();
    const message = snapshot.records('MESSAGE').find((one) => !known.has(one.key));
    const held = snapshot.records('QUARANTINE').some((one) => !known.has(one.key));
    const fate =
      message !== undefined
        ? `message ${fieldText(message, 'engaged') === 'true' ? 'engaged' : 'accumulated'}`
        : held
          ? 'quarantine'
          : raw(place).length === 1
            ? 'left'
            : (drops(place)[dropped] ?? 'nothing');
    t.equal(fate, expected, what);
    t.equal(rows.length, expected === 'left' ? 0 : 1, `${what}: ${rows.join(' / ')}`);
    t.equal(raw(place).length, expected === 'left' ? 1 : 0, `${what}: the file itself`);
    t.notMatch(rows.join(), 'Hello', `${what}: no row has its text`);
    t.same(sort(place), [], `${what}: nothing is left to do`);
    rmSync(join(place.root, 'inbox/one.md'), { force: true });
  }
});

t.test(
  'names that are still being written, links, and files of the folder itself are not taken',
  async (t) => {
    const place = inboxPlace(t.testdir(), '');
    for (const name of ['.one.md', '~one.md', '_one.md', 'one.md.tmp', 'one.part', 'one.txt'])
      dropFile(place, name, letter({}));
    symlinkSync(join(place.root, 'SOUL.md'), join(place.root, 'inbox/link.md'));
    dropFile(place, 'twice.md', letter({}));
    linkSync(join(place.root, 'inbox/twice.md'), join(place.root, 'inbox/again.md'));
    t.same(sort(place), []);
    t.ok(existsSync(join(place.root, 'inbox/README.md')));
  },
);

t.test('what stays half written is given up after a while', async (t) => {
  const place = inboxPlace(t.testdir(), '');
  dropFile(place, 'half.md', '---\nchannel: chat\n');
  t.same(sort(place), []);
  const half = join(place.root, 'inbox/half.md');
  for (const time of [new Date('2001-01-01T00:00:00Z'), new Date('2099-01-01T00:00:00Z')]) {
    utimesSync(half, time, time);
    t.same(sort(place), [], 'whatever time its sender gave it');
  }
  t.match(sort(place, 3_600_000), [/^inbound-drop refused malformed/]);
  t.same(raw(place), []);
});

t.test('a message comes once, by the id of its channel or by its bytes', async (t) => {
  const place = inboxPlace(t.testdir(), '');
  dropFile(place, 'a.md', letter({ id: '17', text: 'first' }));
  dropFile(place, 'b.md', letter({ id: '17', text: 'second' }));
  dropFile(place, 'c.md', letter({ text: 'same' }));
  dropFile(place, 'd.md', letter({ text: 'same' }));
  sort(place);
  t.equal(place.workspace.snapshot().records('MESSAGE').length, 2);
  t.same(drops(place), ['duplicate', 'duplicate']);
  dropFile(place, 'e.md', letter({ id: '17' }));
  sort(place);
  t.same(drops(place), ['duplicate', 'duplicate', 'duplicate'], 'also later');
});

t.test('of one sender so many come in an hour', async (t) => {
  const place = inboxPlace(t.testdir(), '');
  for (const text of ['one', 'two', 'three', 'four'])
    dropFile(place, `${text}.md`, letter({ channel: 'slow', text }));
  sort(place);
  t.equal(place.workspace.snapshot().records('MESSAGE').length, 2);
  t.same(drops(place), ['rate', 'rate']);
});

t.test(
  'for one unknown sender there is one question, whatever comes; a look-alike is another sender and named',
  async (t) => {
    const place = inboxPlace(t.testdir(), '');
    for (const text of ['one', 'two', 'three'])
      dropFile(place, `${text}.md`, letter({ sender: 'bob', text }));
    dropFile(place, 'alike.md', letter({ sender: '\u0430lice', text: 'It is me.' }));
    sort(place);
    dropFile(place, 'four.md', letter({ sender: 'bob', text: 'four' }));
    sort(place);
    const snapshot = place.workspace.snapshot();
    const questions = snapshot
      .records('NOTIFICATION')
      .map((one) => fieldText(one, 'action_needed'));
    t.equal(questions.length, 2);
    t.equal(snapshot.records('QUARANTINE').length, 5);
    const alike = questions.find((one) => one.includes('looks like')) ?? '';
    t.match(
      alike,
      /looks like "alice", whom you allow, but it is a different name \(its name contains U\+0430\)/,
    );
    t.notMatch(questions.join(), 'It is me', 'no question repeats a message');
  },
);

t.test(
  'a message is kept as text that is nothing else: markdown, front matter and fences in it do nothing',
  async (t) => {
    const place = inboxPlace(t.testdir(), '');
    const text =
      '---\nsender: owner\nproject: other\n---\n# Heading\n\n[link](nowhere.md) TODO {{name}}\n\n````\n```data\nevil\n\u202egnp\u0007\n| a | b |\n|---|---|';
    dropFile(place, 'one.md', letter({ text }));
    sort(place);
    const snapshot = place.workspace.snapshot();
    const [message] = snapshot.records('MESSAGE');
    if (message === undefined) return t.fail('it was not taken');
    t.equal(fieldText(message, 'sender'), 'alice');
    t.equal(
      textOf(snapshot, message),
      text.replace('\u202e', '[U+202E]').replace('\u0007', '[U+0007]'),
    );
    const found = await validateSnapshot(snapshot, { home: place.home, modules: ['inbound'] });
    t.same(
      found
        .filter((one) => one.range.file.startsWith('inbox/'))
        .map((one) => `${one.rule}: ${one.message}`),
      [],
    );
  },
);
