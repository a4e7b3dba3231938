import fc from 'fast-check';
import t from 'tap';
import { dataOf, SseFrames } from '../../../../src/modules/meter/server/sse-frames.js';

const event = fc.tuple(
  fc.constantFrom('data: {"a": "ä€😀"}', 'event: x\ndata: y', ': ping', 'data:1\ndata: 2', 'id: 7'),
  fc.constantFrom('\n', '\r\n', '\r'),
);

t.test('a stream that is cut anywhere gives the same events, and every byte', async (t) => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 8 }),
      fc.string(),
      fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
      (list, rest, sizes) => {
        // A line break at the beginning of the rest would belong to the event before it.
        const tail = rest.replaceAll(/[\r\n]/g, ' ');
        const texts = list.map(([text, end]) => text.replaceAll('\n', end) + end + end);
        const bytes = Buffer.from([...texts, tail].join(''));
        const frames = new SseFrames();
        const found: Buffer[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value ?? 1;
          found.push(...frames.push(bytes.subarray(at, at + size)));
          at += size;
        }
        found.push(...frames.rest());
        t.equal(Buffer.concat(found).compare(bytes), 0);
        t.same(
          found.map((frame) => frame.toString('utf8')),
          [...texts, tail].filter((text) => text !== ''),
        );
      },
    ),
  );
});

t.test('the data of an event are its data lines', async (t) => {
  t.equal(dataOf('event: a\ndata: {"a":\ndata: 1}\n\n'), '{"a":\n1}');
  t.equal(dataOf('data:x\r\n\r\n'), 'x');
  t.equal(dataOf(': ping\n\n'), '');
});
