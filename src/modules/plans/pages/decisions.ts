/** What an owner decides about a plan, in the order of the buttons. */
export const DECISIONS = ['approve', 'resume', 'pause', 'abort'] as const;
