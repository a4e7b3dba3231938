/** For tests that bound how long a computation takes: other work on the machine does not count. */

/** Milliseconds of processor time that this process has used. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
