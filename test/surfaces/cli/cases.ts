/**
 * One table of cases, run through the function on one workspace and through the real process on
 * another: the first case of each command by a process of its own, the others by one that stays.
 */
import tap, { type Test } from 'tap';
import { callCommand, callProcess, type CliOutcome, type CliPlace } from './run-cli.js';

export type CliCase<P extends CliPlace = CliPlace> = {
  /** A sentence. */
  readonly that: string;
  readonly words: readonly string[] | ((place: P) => readonly string[]);
  readonly exit: number;
  /** A pattern for the document, as tap's `match` takes it. */
  readonly json?: object;
  readonly env?:
    | Readonly<Record<string, string>>
    | ((place: P) => Readonly<Record<string, string>>);
  /** Done to the workspace first. */
  readonly first?: (place: P) => void | Promise<void>;
  /** Said about the workspace afterwards. */
  readonly then?: (t: Test, place: P, outcome: CliOutcome) => void;
};

// A process for each case: on a busy machine the usual half minute is not enough for a table of
// them.
tap.setTimeout(240_000);

/** In order: each case finds the workspace as the one before left it. */
export async function runCases<P extends CliPlace>(
  t: Test,
  make: (directory: string) => P,
  cases: readonly CliCase<P>[],
): Promise<void> {
  const ways = [
    { name: 'through the function', call: callCommand },
    { name: 'through the process', call: callProcess },
  ];
  for (const { name, call } of ways) {
    await t.test(name, async (t) => {
      const place = make(t.testdir());
      for (const one of cases) {
        await one.first?.(place);
        const words = typeof one.words === 'function' ? one.words(place) : one.words;
        const env = typeof one.env === 'function' ? one.env(place) : one.env;
        const outcome = await call(place, words, env === undefined ? {} : { env });
        t.equal(outcome.exit, one.exit, `${one.that}: exit code`, { words, json: outcome.json });
        if (one.json !== undefined) t.match(outcome.json, one.json, one.that);
        one.then?.(t, place, outcome);
      }
    });
  }
}
