/** Who is let in: the table of admission, and the rule that looks are not identity. */
import t from 'tap';
import {
  admit,
  type Admission,
  type Envelope,
  lookAlikes,
  MAX_QUESTIONS,
  questionId,
  type Traffic,
} from '../../src/governance/admission.js';
import type { Channel, InboundPolicy, KnownSender } from '../../src/governance/inbound-policy.js';

const channel = (name: string, more: Partial<Channel> = {}): Channel => ({
  name,
  unknownSender: 'quarantine',
  trigger: 'always',
  pattern: '',
  ignored: 'drop',
  project: 'pages',
  maxPerHour: 10,
  ...more,
});
const known = (
  sender: string,
  verdict: KnownSender['verdict'],
  more: Partial<KnownSender> = {},
): KnownSender => ({
  channel: 'chat',
  sender,
  verdict,
  about: 'sender',
  projects: [],
  from: 'page',
  id: '',
  ...more,
});

const POLICY: InboundPolicy = {
  channels: new Map(
    [
      ['chat', channel('chat')],
      ['form', channel('form', { unknownSender: 'drop' })],
      ['bare', channel('bare', { project: '' })],
      ['lost', channel('lost', { project: 'attic' })],
    ].map(([name, one]) => [name as string, one as Channel]),
  ),
  senders: [
    known('alice', 'allow'),
    known('écrit', 'allow'),
    known('carol', 'allow', { projects: ['other', 'attic'] }),
    known('mallory', 'deny'),
    known('torn', 'allow'),
    known('torn', 'deny', { from: 'answer' }),
    known('asked', 'asked', {
      from: 'answer',
      id: questionId({ channel: 'chat', sender: 'asked' }, 'sender'),
    }),
    known('answered', 'allow', { from: 'answer' }),
    known('formy', 'allow', { channel: 'form' }),
    known('alice', 'allow', { channel: 'bare', projects: ['other'] }),
    known('alice', 'allow', { channel: 'lost' }),
    known('ghost', 'allow'),
    known('ghost', 'deny', {
      about: 'arrivals',
      from: 'answer',
      id: questionId({ channel: 'chat', sender: 'ghost' }, 'arrivals'),
    }),
    known('twin', 'allow'),
    known('twin', 'allow', {
      about: 'arrivals',
      from: 'answer',
      id: questionId({ channel: 'chat', sender: 'twin' }, 'arrivals'),
    }),
  ],
  projects: new Set(['pages', 'other']),
};

type Case = readonly [
  what: string,
  envelope: Partial<Envelope>,
  expected: string,
  traffic?: Partial<Traffic>,
];
const CASES: readonly Case[] = [
  ['an allowed sender', { sender: 'alice' }, 'admit pages'],
  ['one whom an answer allowed', { sender: 'answered' }, 'admit pages'],
  ['a composed letter, as it is stored', { sender: 'écrit' }, 'admit pages'],
  ['an unknown sender', { sender: 'bob' }, 'hold sender ask'],
  ['one who is asked about already', { sender: 'asked' }, 'hold sender'],
  ['a denied sender', { sender: 'mallory' }, 'refuse sender-denied'],
  ['a denial outweighs a leave', { sender: 'torn' }, 'refuse sender-denied'],
  [
    'the same name on another channel',
    { sender: 'alice', channel: 'form' },
    'refuse sender-unknown',
  ],
  ['another case is another sender', { sender: 'Alice' }, 'hold sender ask'],
  ['a Cyrillic a is another sender', { sender: '\u0430lice' }, 'hold sender ask'],
  ['a blank that does not show is another sender', { sender: 'alice\u200b' }, 'hold sender ask'],
  ['full width is another sender', { sender: 'ａlice' }, 'hold sender ask'],
  ['an unknown channel', { sender: 'alice', channel: 'carrier-pigeon' }, 'refuse channel-unknown'],
  [
    'a channel that drops unknown senders',
    { sender: 'bob', channel: 'form' },
    'refuse sender-unknown',
  ],
  ['a channel that drops, an allowed sender', { sender: 'formy', channel: 'form' }, 'admit pages'],
  ['to another project, allowed', { sender: 'carol', addressedTo: 'other' }, 'admit other'],
  [
    "to the channel's own project, by name",
    { sender: 'alice', addressedTo: 'pages' },
    'admit pages',
  ],
  [
    'to another project, not allowed',
    { sender: 'alice', addressedTo: 'other' },
    'refuse project-not-allowed',
  ],
  [
    'to a project that is not there',
    { sender: 'carol', addressedTo: 'attic' },
    'refuse project-unknown',
  ],
  [
    'to a project on a channel without one',
    { sender: 'alice', channel: 'bare', addressedTo: 'other' },
    'admit other',
  ],
  [
    'to nobody on a channel without a project',
    { sender: 'alice', channel: 'bare' },
    'refuse project-unknown',
  ],
  [
    'a channel whose project is gone',
    { sender: 'alice', channel: 'lost' },
    'refuse project-unknown',
  ],
  ['too many in an hour', { sender: 'alice' }, 'refuse rate', { lastHour: 10 }],
  ['the last in an hour', { sender: 'alice' }, 'admit pages', { lastHour: 9 }],
  ['too many of an unknown sender', { sender: 'bob' }, 'refuse rate', { lastHour: 10 }],
  [
    'too many unknown senders',
    { sender: 'bob' },
    'refuse too-many-unknown',
    { openQuestions: MAX_QUESTIONS },
  ],
  [
    'too many unknown senders, one of them',
    { sender: 'asked' },
    'hold sender',
    { openQuestions: MAX_QUESTIONS },
  ],
  [
    'an allowed sender, beside an agent',
    { sender: 'alice', unverified: true },
    'hold arrivals ask',
  ],
  ['an unknown sender, beside an agent', { sender: 'bob', unverified: true }, 'hold arrivals ask'],
  [
    'a denied sender, beside an agent',
    { sender: 'mallory', unverified: true },
    'refuse sender-denied',
  ],
  [
    'beside an agent, and the sender did not write it',
    { sender: 'ghost', unverified: true },
    'refuse sender-denied',
  ],
  [
    'beside an agent, and the sender did write it',
    { sender: 'twin', unverified: true },
    'admit pages',
  ],
];

for (const [what, envelope, expected, traffic] of CASES) {
  t.test(what, async (t) => {
    const admission = admit(
      POLICY,
      { channel: 'chat', sender: '', addressedTo: '', unverified: false, ...envelope },
      { lastHour: 0, openQuestions: 0, ...traffic },
    );
    t.equal(said(admission), expected);
  });
}

function said(admission: Admission): string {
  switch (admission.kind) {
    case 'admit':
      return `admit ${admission.project}`;
    case 'hold':
      return `hold ${admission.about}${admission.ask ? ' ask' : ''}`;
    case 'refuse':
      return `refuse ${admission.reason}`;
  }
}

t.test('whom a sender could be taken for is named, and never meant', async (t) => {
  t.same(lookAlikes(POLICY, { sender: '\u0430lice' }), ['alice']);
  t.same(lookAlikes(POLICY, { sender: 'ALICE' }), ['alice']);
  t.same(lookAlikes(POLICY, { sender: 'alice' }), [], 'not itself');
  t.same(lookAlikes(POLICY, { sender: 'mаllory' }), [], 'not one who is refused');
  t.same(lookAlikes(POLICY, { sender: 'bob' }), []);
});

t.test('a question has one id for each channel and sender, and another for arrivals', async (t) => {
  const ids = [
    { channel: 'a', sender: 'bc' },
    { channel: 'ab', sender: 'c' },
    { channel: 'a', sender: 'bd' },
  ].flatMap((one) => [questionId(one, 'sender'), questionId(one, 'arrivals')]);
  t.equal(new Set(ids).size, 6);
});
