/**
 * What sets a process's clock under faketime: for children whose environment a test makes anew, so
 * that they live on the same day as the test.
 */

/** Empty unless the tests run under faketime. */
export const FAKED_CLOCK: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && (name === 'LD_PRELOAD' || name.startsWith('FAKETIME'))
      ? [[name, value]]
      : [],
  ),
);

export const IS_CLOCK_FAKED = Object.keys(FAKED_CLOCK).length > 0;
