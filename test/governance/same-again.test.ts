/** Which passes without progress show that the agent would do the same again: a table of cases. */
import t from 'tap';
import { type FruitlessPass, sameAgain } from '../../src/governance/same-again.js';

/** Something new was written and reported, with something else to do next. */
const ORDINARY: FruitlessPass = {
  finished: true,
  circled: false,
  refused: false,
  ownFault: false,
  reported: true,
  talked: true,
  outputs: 1,
  novel: 1,
  asked: false,
  next: 'new',
};
const FAILED = { finished: false, reported: false, outputs: 0, novel: 0, next: 'none' } as const;

t.test('what an agent would do again shows in one pass', async (t) => {
  const cases: readonly (readonly [string, Partial<FruitlessPass>, string | undefined])[] = [
    ['it has something else to do next', {}, undefined],
    ['nothing was delivered, but it says what it will do', { outputs: 0, novel: 0 }, undefined],
    ['it crashed, or a limit ended it', FAILED, undefined],
    ['it crashed after it had copied a page', { ...FAILED, outputs: 1 }, undefined],
    ['it was stopped in a circle', { ...FAILED, circled: true }, 'it went in circles'],
    ['it refused', { ...FAILED, refused: true }, 'it refused'],
    ['it copied a page', { novel: 0 }, 'it wrote nothing new'],
    ['it drifts', { next: 'astray' }, 'its next objective is about something else'],
    ['it will try the same', { next: 'same' }, 'its next objective is the same'],
    [
      'it was silent',
      { reported: false, talked: false, outputs: 0, novel: 0, next: 'none' },
      undefined,
    ],
    ['its report was lost, and not its work', { reported: false, next: 'none' }, undefined],
    ['it waits for a yes of the owner', { ...FAILED, finished: true, asked: true }, undefined],
    ['it praises its work', { next: 'none' }, 'it named nothing else to do'],
    [
      'it says that nothing is left',
      { outputs: 0, novel: 0, next: 'none' },
      'it named nothing else to do',
    ],
  ];
  for (const [sentence, facts, why] of cases) {
    const found = sameAgain({ ...ORDINARY, ...facts });
    t.strictSame(
      found && { why: found.why, sure: found.sure },
      why && { why, sure: true },
      sentence,
    );
  }
});

t.test(
  'an error of its own, or talk, may depend on the work, so earlier progress speaks for it',
  async (t) => {
    const crashed = { ...ORDINARY, ...FAILED, ownFault: true };
    t.match(sameAgain(crashed), { why: 'its program has an error', sure: false });
    const talked = { ...ORDINARY, reported: false, outputs: 0, novel: 0, next: 'none' } as const;
    const why = 'it talked, and wrote neither a file nor a report';
    t.match(sameAgain(talked), { why, sure: false });
  },
);
