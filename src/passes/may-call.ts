/** Whether the capability that the owner gave to a runner lets its pass call a tool. */
import type { Reason } from '../governance/types.js';
import type { PassData } from './types.js';

/** @returns why not; `undefined` when it may. */
export function mayCall(data: PassData, tool: string): Reason | undefined {
  if (data.capability !== 'disabled') return undefined;
  return { code: 'capability', message: `the runner of this pass may call no tool of nocturne (its capability is disabled), so not ${tool} either` };
}
