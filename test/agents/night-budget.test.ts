/** What is left of a night decides which tier runs, and with which limits. */
import t from 'tap';
import { chooseTier, type TierRow } from '../../src/agents/model-tier.js';
import { nightLeft, type NightLimits, type NightUse } from '../../src/agents/night-budget.js';
import { nightIn } from '../../src/project/owner-zone.js';

const row = (tier: string, minutes: number, tokens?: number, cost?: number): TierRow => ({
  tier,
  runner: 'local',
  model: tier,
  maxPerDay: undefined,
  limits: { maxMinutes: minutes, maxTokens: tokens, maxCost: cost },
});
const TIERS = [
  row('lightweight', 10, 100_000, 0.25),
  row('standard', 30, 400_000, 1),
  row('heavy', 45, 1_000_000, 5),
  row('free', 20),
];
const use = (used: Partial<NightUse>): NightUse => ({
  passes: 0,
  minutes: 0,
  tokens: 0,
  cost: 0,
  ...used,
});

t.test('a pass gets the strongest tier that fits, and never more than what is left', async (t) => {
  const cases: readonly (readonly [
    name: string,
    wanted: string,
    limits: NightLimits,
    used: Partial<NightUse>,
    expected: object,
  ])[] = [
    ['no budget', 'heavy', {}, { tokens: 9e9 }, { tier: 'heavy', downgraded: undefined }],
    ['all of it is left', 'heavy', { tokens: 1_000_000 }, {}, { tier: 'heavy' }],
    [
      'less than heavy may use',
      'heavy',
      { tokens: 1_500_000 },
      { tokens: 500_001 },
      {
        tier: 'standard',
        limits: { maxTokens: 400_000 },
        downgraded:
          'heavy may use 1000000 tokens, and 999999 of 1500000 are left for this night; standard is used instead',
      },
    ],
    [
      'the cheapest tier takes what is left, if that is half of its limit',
      'heavy',
      { tokens: 1_500_000 },
      { tokens: 1_450_000 },
      { tier: 'lightweight', limits: { maxTokens: 50_000 } },
    ],
    [
      'and does not begin with less',
      'heavy',
      { tokens: 1_500_000 },
      { tokens: 1_450_001 },
      { kind: 'night-over', reason: /^No pass fits.*lightweight may use 100000 tokens, and 49999/ },
    ],
    [
      'minutes',
      'standard',
      { minutes: 60 },
      { minutes: 40.5 },
      { tier: 'lightweight', limits: { maxMinutes: 10 } },
    ],
    [
      'the last minutes',
      'lightweight',
      { minutes: 60 },
      { minutes: 53.25 },
      { tier: 'lightweight', limits: { maxMinutes: 6.75 } },
    ],
    [
      'money',
      'heavy',
      { cost: 6 },
      { cost: 4.8 },
      {
        tier: 'standard',
        limits: { maxCost: 1 },
        downgraded: /a cost of 5, and 1\.2 of 6 are left/,
      },
    ],
    [
      'a tier without limits gets the rest of the night',
      'free',
      { tokens: 5000, cost: 2 },
      { tokens: 4000, cost: 1.5 },
      { tier: 'free', limits: { maxTokens: 1000, maxCost: 0.5 } },
    ],
    ['one pass is left', 'heavy', { passes: 8 }, { passes: 7 }, { tier: 'heavy' }],
    [
      'none is left',
      'heavy',
      { passes: 8 },
      { passes: 8 },
      { kind: 'night-over', reason: 'The budget of this night is used up: 8 passes.' },
    ],
    [
      'two are used up',
      'free',
      { tokens: 10, cost: 1 },
      { tokens: 12, cost: 1 },
      {
        kind: 'night-over',
        reason: 'The budget of this night is used up: 10 tokens, a cost of 1.',
      },
    ],
    ['a budget of 0', 'heavy', { minutes: 0 }, {}, { kind: 'night-over', reason: /0 minutes/ }],
  ];
  for (const [name, wanted, limits, used, expected] of cases)
    t.match(
      chooseTier({
        tiers: TIERS,
        wanted,
        usedToday: {},
        night: nightLeft([{ limits, used: use(used) }]),
      }),
      expected,
      name,
    );
});

t.test('of two budgets, the one with less left counts, unit by unit', async (t) => {
  t.same(
    nightLeft([
      { limits: { passes: 8, tokens: 1000 }, used: use({ passes: 7, tokens: 100 }) },
      { limits: { passes: 3, cost: 1 }, used: use({ cost: 2 }) },
    ]),
    {
      passes: { limit: 8, left: 1 },
      tokens: { limit: 1000, left: 900 },
      cost: { limit: 1, left: 0 },
    },
  );
});

t.test('limits of the day and of the night are both named, each with its words', async (t) => {
  const tiers = [
    { ...row('heavy', 45), maxPerDay: 1 },
    { ...row('standard', 30), maxPerDay: 0 },
  ];
  const choose = (heavy: number, minutes?: number) =>
    chooseTier({
      tiers,
      wanted: 'heavy',
      usedToday: { heavy },
      night: nightLeft([{ limits: minutes === undefined ? {} : { minutes }, used: use({}) }]),
    });
  t.match(choose(0, 20), {
    kind: 'night-over',
    reason:
      'No pass fits into the rest of this night: heavy may use 45 minutes, and 20 of 20 are left for this night; standard is turned off (its daily limit is 0).',
  });
  t.match(choose(1), {
    kind: 'exhausted',
    reason:
      'No pass is left today: heavy was used 1 of 1 time today; standard is turned off (its daily limit is 0).',
  });
  t.match(
    chooseTier({ tiers, wanted: 'standard', usedToday: {} }),
    {
      kind: 'exhausted',
      reason: 'No pass may run: standard is turned off (its daily limit is 0).',
    },
    'nothing was used 0 of 0 times',
  );
});

t.test('a night lasts from noon to noon, also when the clocks change', async (t) => {
  const cases: readonly (readonly [zone: string, time: string, night: string])[] = [
    ['UTC', '2026-11-21T12:00:00Z', '2026-11-21'],
    ['UTC', '2026-11-22T11:59:59Z', '2026-11-21'],
    ['UTC', '2026-11-22T12:00:00Z', '2026-11-22'],
    ['America/Los_Angeles', '2026-11-22T19:59:00Z', '2026-11-21'],
    ['America/Los_Angeles', '2026-11-22T20:00:00Z', '2026-11-22'],
    ['Europe/Berlin', '2026-10-24T23:30:00Z', '2026-10-24'],
    ['Europe/Berlin', '2026-10-25T10:59:00Z', '2026-10-24'],
    ['Europe/Berlin', '2026-10-25T11:00:00Z', '2026-10-25'],
    ['Europe/Berlin', '2026-03-29T09:59:00Z', '2026-03-28'],
    ['Europe/Berlin', '2026-03-29T10:00:00Z', '2026-03-29'],
    ['Pacific/Auckland', '2026-12-31T23:30:00Z', '2027-01-01'],
    ['Asia/Kathmandu', '2027-01-01T06:14:00Z', '2026-12-31'],
  ];
  for (const [zone, time, night] of cases)
    t.equal(nightIn(zone, new Date(time)), night, `${time} in ${zone}`);
});
