/**
 * How much of the workspace's pages a host puts into an agent's prompt, in UTF-16 units. The page
 * of the rule host-size names the host.
 */

export const PAGE_LIMIT = 20_000;
export const USER_LIMIT = 4_000;
export const TOTAL_LIMIT = 60_000;
