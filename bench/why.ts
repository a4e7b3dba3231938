/** Why a limit is known to be missed on two cores, for the last line of the table. */

const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /10,000 projects, cold/,
    'one thread does all: reading, scanning and records take a third, the search for secrets a tenth, encoding for the cache another; the second core is not used',
  ],
  [
    /10,000 projects, after one edit/,
    'one detection of OPS-FAILURE-MODES.md joins project with files, so each edit refills 10,000 rows of 29 columns; only the named columns should be filled',
  ],
  [
    /guard over the socket/,
    'a judgement takes 0.1 to 1 ms of a processor; where a question of nothing takes as long, the machine is busy with other work',
  ],
  [
    /nocturne gate$/,
    'Node takes the rest to load its own crypto and the bundle; it moves around the limit with the load of the machine',
  ],
  [
    /commit of five files/,
    'it holds two logs besides (change log and audit), the journal and the anchors; it moves around the limit with the load of the machine',
  ],
];

export function whyMissed(name: string): string {
  return (
    KNOWN.find(([pattern]) => pattern.test(name))?.[1] ??
    'not known before: look at the load above, and measure again'
  );
}
