/** Known reasons why a limit is missed on two cores, for the last lines of the report. */

const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /10,000 projects, cold/,
    'one thread does everything: reading, scanning and records take a third, the search for secrets a tenth, encoding for the cache another tenth',
  ],
  [
    /10,000 projects, after one edit/,
    'one detection of OPS-FAILURE-MODES.md joins project with files, so each edit fills 10,000 rows of 29 columns again, although the query names few',
  ],
  [
    /guard over the socket/,
    'a decision takes 0.1 to 1 ms of processor time; if an empty request takes as long, the machine is busy',
  ],
  [
    /nocturne gate$/,
    'most of it is Node loading its crypto and the bundle; it varies around the limit with the load of the machine',
  ],
  [
    /meter, added|mesh-proxy, added/,
    'each call is flushed to the disk before it leaves; on a busy disk that takes most of the time, as the flush alone shows',
  ],
  [
    /commit of five files/,
    'it also writes two logs (changes and audit), the journal and the anchors; it varies around the limit with the load of the machine',
  ],
];

export function whyMissed(name: string): string {
  return (
    REASONS.find(([pattern]) => pattern.test(name))?.[1] ??
    'unknown; check the load above, and measure again'
  );
}
