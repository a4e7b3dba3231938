/** The commands of the inbox, as processes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { dropFile, inboxPlace, letter } from '../../modules/inbound/inbox-place.js';
import { callForText, callProcess } from './run-cli.js';

t.setTimeout(180_000);

t.test('a message is dropped, held, asked about, allowed and shown', async (t) => {
  const place = inboxPlace(t.testdir(), '');
  t.match(await callForText(place, ['inbox', 'list']), {
    exit: 0,
    text: /No messages are waiting/,
  });
  writeFileSync(join(place.root, '..', 'note.txt'), 'Is it done?\n');
  const file = join(place.root, '..', 'note.txt');
  t.match(
    await callProcess(place, [
      'inbox',
      'drop',
      '--channel',
      'chat',
      '--sender',
      'bob',
      '--thread',
      'lists',
      '--file',
      file,
    ]),
    { exit: 0, json: { file: /^inbox\/.*\.md$/ } },
  );
  t.match(await callProcess(place, ['inbox', 'list']), {
    exit: 0,
    json: { messages: [{ state: 'dropped', channel: 'chat', sender: 'bob' }] },
  });
  const sorted = await callProcess(place, ['inbox', 'process']);
  t.match(sorted, {
    exit: 0,
    json: {
      rows: [
        { type: 'inbound', result: 'held' },
        { type: 'sender_ask', target: /^N-/ },
      ],
    },
  });
  const question = (sorted.json['rows'] as readonly { readonly target: string }[])[1]?.target ?? '';
  t.match((await callProcess(place, ['inbox', 'senders'])).json, {
    senders: [{}, {}, {}, {}, {}, {}, { sender: 'bob', verdict: 'asked', from: 'answer' }],
  });
  t.match(await callForText(place, ['approve', question]), {
    exit: 0,
    text: /"bob" on chat may write from now on/,
  });
  t.match(await callProcess(place, ['inbox', 'process']), {
    exit: 0,
    json: { answered: [/bob/], rows: [{ result: 'ok', detail: /released for pages/ }] },
  });
  const listed = (await callProcess(place, ['inbox', 'list'])).json['messages'] as readonly {
    readonly id: string;
  }[];
  t.match(listed, [{ state: 'waiting', project: 'pages' }]);
  t.match(await callProcess(place, ['inbox', 'show', listed[0]?.id ?? '']), {
    exit: 0,
    json: { text: 'Is it done?', fields: { sender: 'bob', thread: 'lists', project: 'pages' } },
  });
  t.match(await callProcess(place, ['inbox', 'show', 'M-none']), {
    exit: 2,
    json: { error: { code: 'NOT_FOUND' } },
  });
  t.match(await callForText(place, ['inbox', 'process']), { exit: 0, text: /Nothing was waiting/ });
});

t.test(
  'inside a pass nobody drops, sorts or shows messages, and nobody decides about a sender',
  async (t) => {
    const place = inboxPlace(t.testdir(), '');
    dropFile(place, 'one.md', letter({ sender: 'bob' }));
    const env = { NOCTURNE_RUN: 'RUN-20261121-001' };
    for (const words of [
      ['inbox', 'process'],
      ['inbox', 'drop', '--channel', 'chat', '--sender', 'bob', '--file', '-'],
      ['inbox', 'show', 'M-1'],
      ['bundle', 'run', 'sender_decide', 'id=S-1', 'verdict=allow'],
    ])
      t.match(
        await callProcess(place, words, { env }),
        { exit: 5, json: { error: { code: 'REFUSED', message: /owner only|capability/ } } },
        words.join(' '),
      );
    t.match((await callProcess(place, ['inbox', 'list'])).json, {
      messages: [{ state: 'dropped' }],
    });
  },
);

t.test('the guard says whether something may be sent', async (t) => {
  const place = inboxPlace(t.testdir(), '');
  const check = (to: string) =>
    callProcess(place, ['guard', 'check', '--op', 'send', '--to', to, '--project', 'pages']);
  t.match(await check('https://api.example.org/licences'), {
    exit: 0,
    json: { verdict: 'allow', reasons: [{ code: 'allowed', message: /^api of / }] },
  });
  t.match(await check('https://api.example.org@evil.example/'), {
    exit: 5,
    json: { verdict: 'deny', reasons: [{ code: 'egress', message: /user name/ }] },
  });
  t.match(await callProcess(place, ['guard', 'check', '--op', 'send', '--project', 'pages']), {
    exit: 2,
    json: { error: { code: 'USAGE' } },
  });
});
