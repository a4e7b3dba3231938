/**
 * Steps in their order: each gets what the ones before know; a halt or a thrown error ends them,
 * and the closing step always runs.
 */
import { EXIT, NocturneError } from '../kernel/error.js';
import { type Halt, isHalt, type Pass, type Step } from './types.js';

export type Finished = {
  readonly pass: Pass;
  readonly halt: Halt | undefined;
  readonly error: unknown;
};

/**
 * Runs `steps`; a thrown error becomes a halt with its message, so that T9 can close the pass.
 * LEASE_LOST and ROOT_MOVED are thrown on: nothing of this pass can be written any more.
 */
export async function runSteps(steps: readonly Step[], pass: Pass): Promise<Finished> {
  let current = pass;
  for (const step of steps) {
    current.env.say(`${step.id.padEnd(4)} ${step.title}`);
    try {
      const next = await step.run(current);
      if (isHalt(next))
        return { pass: { env: current.env, data: next.data }, halt: next, error: undefined };
      current = next;
    } catch (error) {
      if (
        error instanceof NocturneError &&
        (error.code === 'LEASE_LOST' || error.code === 'ROOT_MOVED')
      )
        throw error;
      return { pass: current, halt: haltOf(current, step, error), error };
    }
  }
  return { pass: current, halt: undefined, error: undefined };
}

function haltOf(pass: Pass, step: Step, error: unknown): Halt {
  const message = error instanceof Error ? error.message : String(error);
  const exit = error instanceof NocturneError ? error.exit : EXIT.internal;
  return {
    halt: true,
    outcome: `failed at ${step.id}: ${message}`,
    exit,
    data: pass.data,
    broke: true,
  };
}
