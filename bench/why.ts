/** Known reasons why a limit is missed on two cores, for the last lines of the report. */

const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /10,000 projects, cold/,
    'threads read and check the files, as many as there are processors (four at most); on a busy machine they wait for one',
  ],
  [
    /10,000 projects, after one edit/,
    'it looks at 30,000 files, and reads their facts and the records of 10,000 projects from the cache; a busy machine doubles that',
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
