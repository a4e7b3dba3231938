/** The audit row of a pass that says whether limits held for what it spent. */
export const SPENDING = 'spending';
/** Its result where the runner alone says what it used. */
export const NOT_ENFORCED = 'not-enforced';
