/** The key of a runner's endpoint, which only the meter's own environment has. */
import type { Grant } from '../grant.js';
import type { Desk } from './desk.js';
import type { MeterError } from './error-shape.js';

/** Empty: the endpoint needs none. */
export function keyOf({ env }: Pick<Desk, 'env'>, { apiKeyEnv }: Grant): string | MeterError {
  if (apiKeyEnv === '') return '';
  const key = env[apiKeyEnv]?.trim() ?? '';
  if (key !== '') return key;
  const message = `The meter has no key: the environment of process ${process.pid} has no ${apiKeyEnv}.`;
  return { status: 401, code: 'no_key', message };
}
