/** Questions to the owner at the terminal. */
import { NocturneError } from '../../kernel/error.js';
import { showControl } from '../../kernel/show-control.js';
import { ownerKeyStatus } from '../../integrity/owner-key.js';
import type { OwnerQuestions } from '../../passes/added-command.js';
import type { Context } from './types.js';

/** Whether the owner says yes; Ctrl-C means no. Call it only if `canAsk`. */
export async function confirm(question: string): Promise<boolean> {
  const clack = await import('@clack/prompts');
  const answer = await clack.confirm({
    message: showControl(question),
    initialValue: false,
    output: process.stderr,
  });
  return answer === true;
}

/** For commands of modules and hosts. */
export const OWNER: OwnerQuestions = {
  confirm,
  async pick(question, options, marked = []) {
    const clack = await import('@clack/prompts');
    const answer = await clack.multiselect({
      message: showControl(question),
      options: shown(options),
      initialValues: [...marked],
      required: false,
      output: process.stderr,
    });
    return Array.isArray(answer) ? answer : [];
  },
  async choose(question, options) {
    const clack = await import('@clack/prompts');
    const message = showControl(question);
    const answer = await clack.select({
      message,
      options: shown(options),
      output: process.stderr,
    });
    return typeof answer === 'string' ? answer : undefined;
  },
  async text(question, initial = '') {
    const clack = await import('@clack/prompts');
    const answer = await clack.text({
      message: showControl(question),
      initialValue: showControl(initial),
      output: process.stderr,
    });
    return typeof answer === 'string' ? answer.trim() : undefined;
  },
};

type Option = Parameters<OwnerQuestions['pick']>[1][number];

function shown(options: readonly Option[]): Option[] {
  return options.map(({ value, label, hint }) => ({
    value,
    label: showControl(label),
    ...(hint === undefined ? {} : { hint: showControl(hint) }),
  }));
}

export function canAsk(context: Context): boolean {
  return context.interactive && !context.json;
}

/**
 * The passphrase of the owner's key, if it has one, from `$NOCTURNE_PASSPHRASE` or a question.
 * @param needed for a key in another file.
 */
export async function passphraseOf(
  context: Context,
  needed = ownerKeyStatus(context.home) === 'encrypted',
): Promise<{ readonly passphrase?: string }> {
  if (!needed) return {};
  const set = context.env['NOCTURNE_PASSPHRASE'];
  if (set !== undefined && set !== '') return { passphrase: set };
  if (!canAsk(context))
    throw new NocturneError(
      'CONFIG',
      "the owner's key needs a passphrase, and there is no terminal to ask on",
      { hint: 'run this at a terminal, or set NOCTURNE_PASSPHRASE' },
    );
  const clack = await import('@clack/prompts');
  const answer = await clack.password({
    message: "Passphrase of the owner's key",
    output: process.stderr,
  });
  if (typeof answer !== 'string' || answer === '')
    throw new NocturneError('CONFIG', 'no passphrase was entered; nothing was signed', {
      hint: 'run the command again',
    });
  return { passphrase: answer };
}

/** What the owner entered. @throws NocturneError `USAGE` on Ctrl-C, which answers with a symbol. */
export function answered<T>(value: T): Exclude<T, symbol> {
  if (typeof value === 'symbol') throw cancelled();
  return value as Exclude<T, symbol>;
}

export function cancelled(): NocturneError {
  return new NocturneError('USAGE', 'cancelled; nothing was written', {
    hint: 'run the command again when you are ready',
  });
}
