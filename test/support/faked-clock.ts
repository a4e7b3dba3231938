/**
 * What sets a process's clock under faketime: for children whose environment a test makes anew, so
 * that they live on the same day as the test.
 */

const isOfFaketime = (name: string): boolean =>
  name === 'LD_PRELOAD' || name.startsWith('FAKETIME');
const SET = Object.entries(process.env).filter(
  (entry): entry is [string, string] => entry[1] !== undefined,
);

/** Empty unless the tests run under faketime. */
export const FAKED_CLOCK: Readonly<Record<string, string>> = Object.fromEntries(
  SET.filter(([name]) => isOfFaketime(name)),
);

export const IS_CLOCK_FAKED = Object.keys(FAKED_CLOCK).length > 0;

/** The environment without it, for a program that does not run under faketime. */
export const REAL_CLOCK: Readonly<Record<string, string>> = Object.fromEntries(
  SET.filter(([name]) => !isOfFaketime(name)),
);
