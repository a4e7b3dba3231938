/** What a caller sent, as the arguments of a tool. */
import type { z } from 'zod';
import { NocturneError } from '../kernel/error.js';
import { explainFault } from './explain-call.js';

/** @throws NocturneError `USAGE` with what is wrong and what the tool takes. */
export function parseArguments(
  { name, args }: { readonly name: string; readonly args: z.ZodObject },
  sent: unknown,
): Readonly<Record<string, unknown>> {
  const parsed = args.safeParse(sent);
  if (parsed.success) return parsed.data;
  throw new NocturneError('USAGE', explainFault(name, args, { error: parsed.error, sent }));
}
