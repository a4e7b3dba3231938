/** A person at the terminal. */
import { PassThrough, Writable } from 'node:stream';

/** Types one key after another, each when the question before it has been drawn. */
export async function typing<T>(
  keys: readonly string[],
  said: string[],
  ask: (terminal: { input: PassThrough; output: Writable }) => Promise<T>,
): Promise<T> {
  const input = new PassThrough();
  const left = [...keys];
  const output = new Writable({
    write(chunk, _encoding, done) {
      said.push(String(chunk));
      done();
    },
  });
  const answer = ask({ input, output });
  let over = false;
  const typist = (async () => {
    while (!over && left.length > 0) {
      await new Promise((turn) => setImmediate(turn));
      if (input.listenerCount('keypress') > 0 || input.listenerCount('data') > 0)
        input.write(left.shift() ?? '');
    }
  })();
  try {
    return await answer;
  } finally {
    over = true;
    await typist;
  }
}
