/**
 * Which outputs repeat what stood there before, and which texts say the same in other words: tables
 * of cases.
 */
import t from 'tap';
import {
  type Alike,
  newLines,
  repeatOf,
  type Likeness,
  meansTheSame,
  SAME_MEANING,
} from '../../src/governance/quality/repeats.js';

const LICENCES =
  'Every package names its licence in a file of its own, and most of them name it in their description as well. Where the two disagree the file counts, since a lawyer would read that one first. Copyleft ones need a second look by the owner before anything is shipped with them.';
const BACKUPS =
  'The archive is copied to the second disk each night while nobody works, and once a month one folder of it is restored to see that it can be. A copy that was never restored is a hope. The disk in the cellar is changed for the one in the bank at the end of every quarter.';
const OTHER =
  'Twelve crates arrived at the harbour with the morning tide, four of them wet. The insurer wants photographs of each side, a list of what was inside and the name of whoever signed. Until then the rest stays under the roof of the old customs house, guarded by its cat.';
const ROWS = Array.from(
  { length: 24 },
  (_, i) =>
    `| package-${i} | ${['MIT', 'ISC', 'Apache'][i % 3]} | checked by ${['Ann', 'Ben', 'Cem', 'Dov'][i % 4]} in room ${i * 7} |`,
);

const alike = (path: string, text: string, more: Partial<Alike> = {}): Alike => ({
  path,
  line: 3,
  heading: '',
  text,
  resemblance: 0.5,
  cosine: undefined,
  trusted: false,
  ...more,
});
const NOTES = [alike('notes/licences.md', LICENCES), alike('notes/backup.md', BACKUPS)];

t.test(
  'an output repeats what stood there before when nearly all that is new in it is taken from it',
  async (t) => {
    const cases: readonly (readonly [
      string,
      { readonly text: string; readonly own?: string; readonly found?: readonly Alike[] },
      readonly string[] | undefined,
    ])[] = [
      ['something of its own', { text: OTHER }, undefined],
      ['a copy', { text: LICENCES }, ['notes/licences.md:3']],
      [
        'a copy under a new title',
        { text: `# What we found out about the licences of packages\n\n${LICENCES}` },
        ['notes/licences.md:3'],
      ],
      [
        'a copy in capitals and other lines',
        { text: LICENCES.toUpperCase().replaceAll(' ', '\n') },
        ['notes/licences.md:3'],
      ],
      [
        'pasted together from two files',
        { text: `${LICENCES}\n\n${BACKUPS}` },
        ['notes/backup.md:3', 'notes/licences.md:3'],
      ],
      ['half of it its own', { text: `${LICENCES}\n\n${OTHER}` }, undefined],
      [
        'a quotation with two sentences about it',
        {
          text: `${LICENCES}\n\nThis rule was broken by the fourth package. Its author was asked.`,
        },
        undefined,
      ],
      [
        'the numbers of another month in the same sentences',
        {
          text: LICENCES.split(' ')
            .map((word, i) => (i % 12 === 0 ? `${word}${i}` : word))
            .join(' '),
        },
        undefined,
      ],
      ['a few sentences of it, selected', { text: `${LICENCES.split('. ')[1]}.` }, undefined],
      [
        'a few rows of a table',
        {
          text: ROWS.filter((_, i) => i % 3 === 0).join('\n'),
          found: [alike('inventory.md', ROWS.join('\n'))],
        },
        undefined,
      ],
      [
        'most rows of a table',
        { text: ROWS.slice(0, 20).join('\n'), found: [alike('inventory.md', ROWS.join('\n'))] },
        ['inventory.md:3'],
      ],
      [
        'a line that stands elsewhere',
        { text: 'Nothing new today.', found: [alike('notes/log.md', 'Nothing new today.')] },
        undefined,
      ],
      [
        'its own earlier version, with a section appended',
        { text: `${LICENCES}\n\n${OTHER}`, own: LICENCES },
        undefined,
      ],
      [
        'with a section appended that stands elsewhere',
        { text: `${OTHER}\n\n${BACKUPS}`, own: OTHER },
        ['notes/backup.md:3'],
      ],
      [
        'with one word changed',
        { text: LICENCES.replace('lawyer', 'judge'), own: LICENCES },
        undefined,
      ],
      [
        'with the rest of a passage, most of which it had',
        { text: BACKUPS, own: BACKUPS.slice(0, BACKUPS.indexOf('The disk')) },
        undefined,
      ],
      ['with a passage taken out', { text: LICENCES, own: `${LICENCES}\n\n${OTHER}` }, undefined],
      [
        'with nothing but another date',
        { text: `# Report of 2026-11-21\n\n${OTHER}\n`, own: `# Report of 2026-11-20\n\n${OTHER}` },
        ['out.md as it was'],
      ],
      [
        'with nothing but another time, as in names of files',
        {
          text: `# Report of 2026-11-21T2211\n\n${OTHER} 20261121-221105`,
          own: `# Report of 2026-11-21-2157\n\n${OTHER} 20261121-215700`,
        },
        ['out.md as it was'],
      ],
      [
        'with nothing but a tick',
        { text: `${OTHER}\n- [✓] done`, own: `${OTHER}\n- [ ] done` },
        undefined,
      ],
      [
        'itself, as the index saw it meanwhile',
        {
          text: OTHER,
          found: [alike('out.md', OTHER, { resemblance: 1, cosine: 1, trusted: true })],
        },
        undefined,
      ],
    ];
    for (const [sentence, { text, own, found = NOTES }, sources] of cases) {
      t.same(
        repeatOf({ path: 'out.md', text }, { own, parts: [{ text: newLines(text, own), found }] })
          ?.sources,
        sources,
        sentence,
      );
    }
    t.same(
      repeatOf(
        { path: 'out.md', text: LICENCES },
        {
          own: undefined,
          parts: [{ text: LICENCES.slice(0, LICENCES.length / 2 - 20), found: NOTES }],
        },
      )?.sources,
      ['notes/licences.md:3'],
      'a part of it was asked about',
    );
    t.equal(
      repeatOf({ path: 'out.md', text: OTHER }, { own: undefined, parts: [] }),
      undefined,
      'nothing was looked for',
    );
  },
);

t.test(
  'in other words only a sentence model may say so, of a passage that is new as a whole',
  async (t) => {
    const near = (more: Partial<Alike>): readonly Alike[] => [
      alike('notes/licences.md', LICENCES, {
        resemblance: 0.1,
        cosine: 0.97,
        trusted: true,
        ...more,
      }),
    ];
    const said =
      'Each package states under which licence it may be used, usually in two places. If these differ, believe the file, because that is what a court looks at. The owner has to look again at every copyleft one before it is delivered.';
    const cases: readonly (readonly [string, readonly Alike[], boolean, string?])[] = [
      ['a sentence model, very near', near({}), true],
      ['a sentence model, near', near({ cosine: 0.94 }), false],
      [
        'vectors learnt from the workspace, however near',
        near({ cosine: 1, trusted: false }),
        false,
      ],
      ['no vectors', near({ cosine: undefined }), false],
      ['its own earlier version', near({ path: 'out.md' }), false],
      ['what was there already with a sentence added', near({}), false, said.slice(0, 120)],
    ];
    for (const [sentence, found, repeats, own] of cases)
      t.equal(
        repeatOf({ path: 'out.md', text: said }, { own, parts: [{ text: said, found }] }) !==
          undefined,
        repeats,
        sentence,
      );
  },
);

t.test('a number or a denial that the other text does not have is something new', async (t) => {
  const cases: readonly (readonly [string, string, Partial<Likeness>, boolean])[] = [
    [
      'Ask the owner before anything is sent.',
      'Before something goes out the owner has to be asked.',
      {},
      true,
    ],
    [
      'Ask the owner before anything is sent.',
      'Before something goes out the owner has to be asked.',
      { cosine: SAME_MEANING - 0.01 },
      false,
    ],
    [
      'Ask the owner before anything is sent.',
      'Before something goes out the owner has to be asked.',
      { trusted: false },
      false,
    ],
    ['Wait 30 seconds before the next call.', 'Wait 60 seconds before the next call.', {}, false],
    [
      'Wait 30 seconds before the next call.',
      'Let 30 seconds pass until you call again, 3 times.',
      {},
      true,
    ],
    ['Use version v2 of the endpoint.', 'Use version v1 of the endpoint.', {}, false],
    ['Retry after the token was refused.', 'Never retry after the token was refused.', {}, false],
    [
      "Don't retry after the token was refused.",
      'Never try again with a token that was refused.',
      {},
      true,
    ],
  ];
  for (const [text, other, more, same] of cases)
    t.equal(
      meansTheSame(text, { text: other, resemblance: 0.2, cosine: 0.97, trusted: true, ...more }),
      same,
      `${text} / ${other} ${JSON.stringify(more)}`,
    );
});
