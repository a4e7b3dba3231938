/** Long texts in parts: whole again whatever the order, and never more of them than there is room. */
import fc from 'fast-check';
import t from 'tap';
import { PART_LENGTH, Parcels, partsOf } from '../../../../src/modules/mesh/calls/parcels.js';

const CALL = 'call-of-parts';

t.test('a text comes whole from parts in any order, some of them twice', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 4 * PART_LENGTH }),
      fc.infiniteStream(fc.nat()),
      (unit, length, random) => {
        const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
        const parts = partsOf(CALL, text).map(
          (part) => JSON.parse(JSON.stringify(part)) as unknown,
        );
        const next = (): number => random.next().value ?? 0;
        const order = [...parts, ...(parts.length > 1 ? parts.slice(1) : [])]
          .map((part) => ({ part, rank: next() }))
          .sort((a, b) => a.rank - b.rank);
        const parcels = new Parcels();
        const texts = order.flatMap(({ part }) => parcels.take('near', part)?.text ?? []);
        return texts[0] === text;
      },
    ),
    { numRuns: 30 },
  );
  t.end();
});

t.test('a node has room for so many unfinished texts', (t) => {
  let now = 0;
  const parcels = new Parcels(() => now);
  const half = (name: string, part = 0, text = 'x'): object => ({ call: name, part, of: 2, text });
  for (let i = 0; i < 32; i++) parcels.take('near', half(`unfinished-${i}`));
  t.throws(() => parcels.take('near', half('one-more-of-them')), { code: 'busy' });
  t.equal(parcels.take('far', half('one-of-far'))?.text, undefined, 'each node has its own');
  t.equal(parcels.take('near', half('unfinished-0', 1))?.text, 'xx', 'they can be finished');
  parcels.take('near', half('one-more-of-them'));
  t.throws(() => parcels.take('near', half('yet-another')), { code: 'busy' });
  now = 61_000;
  parcels.take('near', half('yet-another'));
  t.equal(parcels.take('near', half('yet-another', 1))?.text, 'xx', 'old ones are given up');

  const large = 'x'.repeat(20 * 1024 * 1024);
  for (const name of ['large-one', 'large-two', 'large-three'])
    parcels.take('hog', half(name, 0, large));
  t.throws(() => parcels.take('hog', half('large-four', 0, large)), { code: 'busy' });
  t.throws(() => partsOf(CALL, large + large), { code: 'too-large' });
  t.throws(() => parcels.take('near', { call: CALL, part: 2, of: 2, text: '' }), {
    code: 'malformed',
  });
  t.end();
});
