/** The liveness decision as a table. */
import t from 'tap';
import fc from 'fast-check';
import {
  CEILING_CAP_MS,
  CEILING_MS,
  CLAIM_MS,
  liveness,
  timeLeft,
  type Signs,
} from '../../src/agents/liveness.js';

const S = 1000;
const M = 60 * S;
const at = (signs: Partial<Signs>): Signs => ({
  now: 0,
  startedAt: 0,
  lastBeatAt: undefined,
  ...signs,
});

const CASES: readonly (readonly [
  name: string,
  signs: Signs,
  expected: 'ok' | 'ceiling' | 'claim' | 'idle' | 'repeats',
])[] = [
  ['just started', at({}), 'ok'],
  [
    'prints for ten minutes what it has printed before',
    at({ now: 12 * M, repeats: { since: 2 * M, lines: 20, limitMs: 10 * M } }),
    'repeats',
  ],
  [
    'not yet for ten minutes',
    at({ now: 12 * M - 1, repeats: { since: 2 * M, lines: 900, limitMs: 10 * M } }),
    'ok',
  ],
  [
    'a quiet program that computes for long prints too little to be judged by it',
    at({ now: 29 * M, repeats: { since: 0, lines: 19, limitMs: 10 * M } }),
    'ok',
  ],
  [
    'it declared a tool of 25 minutes, and may repeat itself until then',
    at({
      now: 25 * M,
      lastBeatAt: 25 * M,
      claim: { tool: 'train', since: 1 * M, declaredMs: 25 * M },
      repeats: { since: 2 * M, lines: 900, limitMs: 10 * M },
    }),
    'ok',
  ],
  [
    'and not longer',
    at({
      now: 26 * M,
      lastBeatAt: 26 * M,
      claim: { tool: 'train', since: 1 * M, declaredMs: 25 * M },
      repeats: { since: 2 * M, lines: 900, limitMs: 10 * M },
    }),
    'repeats',
  ],
  ['never heard of, no idle limit, under the ceiling', at({ now: 29 * M }), 'ok'],
  ['at 30 minutes, however lively', at({ now: CEILING_MS, lastBeatAt: CEILING_MS }), 'ceiling'],
  ['one millisecond before 30 minutes', at({ now: CEILING_MS - 1, lastBeatAt: 1 }), 'ok'],
  ['another ceiling', at({ now: 5 * M, lastBeatAt: 5 * M, ceilingMs: 5 * M }), 'ceiling'],
  [
    'a declared tool longer than the ceiling extends it from the claim',
    at({
      now: 50 * M,
      lastBeatAt: 50 * M,
      claim: { tool: 'build', since: 10 * M, declaredMs: 45 * M },
    }),
    'ok',
  ],
  [
    'and only as long as declared',
    at({
      now: 55 * M,
      lastBeatAt: 55 * M,
      claim: { tool: 'build', since: 10 * M, declaredMs: 45 * M },
    }),
    'ceiling',
  ],
  [
    'a declared tool shorter than the ceiling does not extend it',
    at({
      now: 30 * M,
      lastBeatAt: 30 * M,
      claim: { tool: 'build', since: 29 * M, declaredMs: 20 * M },
    }),
    'ceiling',
  ],
  [
    'two hours end everything',
    at({
      now: CEILING_CAP_MS,
      lastBeatAt: CEILING_CAP_MS,
      claim: { tool: 'build', since: 0, declaredMs: 24 * 60 * M },
    }),
    'ceiling',
  ],
  [
    'one second less does not',
    at({
      now: CEILING_CAP_MS - S,
      lastBeatAt: CEILING_CAP_MS - S,
      claim: { tool: 'build', since: 0, declaredMs: 24 * 60 * M },
    }),
    'ok',
  ],
  [
    'a budget is not extended by what an agent declares',
    at({
      now: 10 * M,
      lastBeatAt: 10 * M,
      budgetMs: 10 * M,
      claim: { tool: 'build', since: 0, declaredMs: 90 * M },
    }),
    'ceiling',
  ],
  [
    'a budget above 30 minutes is honoured',
    at({ now: 40 * M, lastBeatAt: 40 * M, budgetMs: 60 * M }),
    'ok',
  ],
  [
    'a budget above two hours is not',
    at({ now: CEILING_CAP_MS, lastBeatAt: CEILING_CAP_MS, budgetMs: 10 * CEILING_CAP_MS }),
    'ceiling',
  ],
  [
    'a claim of 60 s without a sign since',
    at({ now: 10 * S + CLAIM_MS, lastBeatAt: 10 * S, claim: { tool: 'run', since: 10 * S } }),
    'claim',
  ],
  [
    'a claim of a moment less',
    at({ now: 10 * S + CLAIM_MS - 1, lastBeatAt: 10 * S, claim: { tool: 'run', since: 10 * S } }),
    'ok',
  ],
  [
    'a claim with a sign since',
    at({ now: 20 * M, lastBeatAt: 11 * S, claim: { tool: 'run', since: 10 * S } }),
    'ok',
  ],
  [
    'a claim with no heartbeat ever',
    at({ now: 61 * S, claim: { tool: 'run', since: 0 } }),
    'claim',
  ],
  [
    'a claim that declared ten minutes, at nine',
    at({ now: 9 * M, lastBeatAt: 0, claim: { tool: 'run', since: 0, declaredMs: 10 * M } }),
    'ok',
  ],
  [
    'a claim that declared ten minutes, at ten',
    at({ now: 10 * M, lastBeatAt: 0, claim: { tool: 'run', since: 0, declaredMs: 10 * M } }),
    'claim',
  ],
  [
    'a claim that declared less than 60 s still has 60 s',
    at({ now: 30 * S, claim: { tool: 'run', since: 0, declaredMs: 5 * S } }),
    'ok',
  ],
  [
    'a claim whose time is no number is ignored',
    at({ now: 20 * M, claim: { tool: 'run', since: Number.NaN } }),
    'ok',
  ],
  [
    'a claim from the future began now',
    at({ now: 10 * S, claim: { tool: 'run', since: 90 * S } }),
    'ok',
  ],
  [
    'a declared time that is no number is none',
    at({ now: 61 * S, claim: { tool: 'run', since: 0, declaredMs: Number.NaN } }),
    'claim',
  ],
  ['silence within the idle limit', at({ now: 59 * S, idleMs: 60 * S }), 'ok'],
  ['silence from the start', at({ now: 60 * S, idleMs: 60 * S }), 'idle'],
  ['silence since the last beat', at({ now: 130 * S, lastBeatAt: 70 * S, idleMs: 60 * S }), 'idle'],
  [
    'a beat left over from an earlier run does not count',
    at({ now: 160 * S, startedAt: 100 * S, lastBeatAt: 99 * S, idleMs: 60 * S }),
    'idle',
  ],
  [
    'nor does it make the silence longer than it is',
    at({ now: 159.5 * S, startedAt: 100 * S, lastBeatAt: 99 * S, idleMs: 60 * S }),
    'ok',
  ],
  [
    'a beat from the future counts as one of now',
    at({ now: 50 * S, lastBeatAt: 500 * S, idleMs: 60 * S }),
    'ok',
  ],
  [
    'a beat that is no number is none',
    at({ now: 60 * S, lastBeatAt: Number.NaN, idleMs: 60 * S }),
    'idle',
  ],
  [
    'a declared tool may be silent as long as declared',
    at({
      now: 5 * M,
      lastBeatAt: 0,
      idleMs: 30 * S,
      claim: { tool: 'run', since: 0, declaredMs: 6 * M },
    }),
    'ok',
  ],
  ['the ceiling is named before idleness', at({ now: 40 * M, idleMs: 60 * S }), 'ceiling'],
  [
    'the claim is named before idleness',
    at({ now: 2 * M, idleMs: 60 * S, claim: { tool: 'run', since: 0 } }),
    'claim',
  ],
];

t.test('each case of the table', async (t) => {
  for (const [name, signs, expected] of CASES) {
    const state = liveness(signs);
    t.equal(state === 'ok' ? 'ok' : state.kill, expected, name);
  }
});

t.test('a kill says how long it lasted and how long it was allowed to', async (t) => {
  t.same(liveness(at({ now: 130 * S, lastBeatAt: 60 * S, idleMs: 60 * S })), {
    kill: 'idle',
    ageMs: 70 * S,
    limitMs: 60 * S,
  });
});

t.test('the time left is exactly the time until the decision changes', async () => {
  const time = fc.integer({ min: 0, max: 3 * 60 * M });
  const optional = fc.option(time, { nil: undefined });
  fc.assert(
    fc.property(
      time,
      optional,
      optional,
      optional,
      optional,
      optional,
      (now, lastBeatAt, since, declaredMs, idleMs, budgetMs) => {
        const claim =
          since === undefined || since > now
            ? {}
            : { claim: { tool: 'x', since, ...(declaredMs === undefined ? {} : { declaredMs }) } };
        const signs = at({
          now,
          lastBeatAt: lastBeatAt === undefined ? undefined : Math.min(lastBeatAt, now),
          ...claim,
          ...(idleMs === undefined ? {} : { idleMs }),
          ...(budgetMs === undefined ? {} : { budgetMs }),
        });
        const left = timeLeft(signs);
        if ((liveness(signs) === 'ok') !== left > 0) return false;
        return (
          left === 0 ||
          (liveness({ ...signs, now: now + left - 1 }) === 'ok' &&
            liveness({ ...signs, now: now + left }) !== 'ok')
        );
      },
    ),
  );
});
