/** How long a claim lives without a heartbeat, in milliseconds. */
export const LEASE_MS = 20 * 60_000;
