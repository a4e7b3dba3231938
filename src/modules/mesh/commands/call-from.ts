/** What the commands that call another node share: their deadlines, and how an outcome is told. */
import { NocturneError } from '../../../kernel/error.js';
import { askService, type ServiceCall } from '../calls/ask-service.js';
import { type CallOutcome, isCallId } from '../calls/call.js';
import type { ModuleCommandContext, Parsed } from '../../types.js';

const IDLE_S = 30;
const TOTAL_S = 600;
const MOST_S = 24 * 3_600;

export const DEADLINES = [
  { flags: '--key <key>', description: 'carry it out once, however often it is repeated' },
  { flags: '--idle <seconds>', description: `end after so long a silence (default ${IDLE_S})` },
  { flags: '--within <seconds>', description: `end after so long at all (default ${TOTAL_S})` },
] as const;

type Wanted = Pick<ServiceCall, 'target' | 'kind' | 'body' | 'all'>;

export async function callFrom(
  { workspace }: Pick<ModuleCommandContext, 'workspace'>,
  wanted: Wanted,
  options: Parsed['options'],
  onChunk: (data: unknown) => void = () => undefined,
): Promise<readonly CallOutcome[]> {
  const { key } = options;
  if (key !== undefined && !isCallId(key))
    throw new NocturneError('BAD_VALUE', `the key is ${JSON.stringify(key)}`, {
      hint: 'give 8 to 80 letters, digits, - or _',
    });
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once('SIGINT', end);
  try {
    return await askService(
      workspace(),
      {
        ...wanted,
        idleMs: secondsIn(options, 'idle', IDLE_S) * 1_000,
        totalMs: secondsIn(options, 'within', TOTAL_S) * 1_000,
        ...(typeof key === 'string' ? { key } : {}),
      },
      { signal: ending.signal, onChunk },
    );
  } finally {
    process.off('SIGINT', end);
  }
}

/** @throws NocturneError with what is known of a call that was not answered. */
export function answerOf(outcome: CallOutcome | undefined): unknown {
  if (outcome?.kind === 'answered') return outcome.value;
  const { kind = 'unknown', node = '', code = 'unknown', why = '' } = outcome ?? {};
  const reasons = [{ code, message: why }];
  const from = node === '' ? 'Nobody was asked' : `${node} did not do it, and says`;
  if (kind === 'unknown')
    throw new NocturneError('RUN_FAILED', `It is unknown whether ${node} did it: ${why}.`, {
      hint: 'ask again with the same --key: it is not done twice',
      reasons,
    });
  throw new NocturneError(kind === 'refused' ? 'REFUSED' : 'RUN_FAILED', `${from}: ${why}.`, {
    reasons,
  });
}

function secondsIn(options: Parsed['options'], name: string, usual: number): number {
  const given = options[name];
  if (given === undefined) return usual;
  const seconds = Number(given);
  if (!(seconds > 0 && seconds <= MOST_S))
    throw new NocturneError('BAD_VALUE', `--${name} is ${JSON.stringify(given)}`, {
      hint: `give seconds, at most ${MOST_S}`,
    });
  return seconds;
}
