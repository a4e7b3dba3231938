/** The questions that `plan new` asks: which template with which values, or which steps. */
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { freeName, slugOf } from '../../../kernel/slug.js';
import type { OwnerQuestions } from '../../../passes/added-command.js';
import type { Template } from './read-template.js';
import type { Given } from './variable-values.js';

const OWN = 'own';

/** @throws NocturneError `USAGE` when the owner cancels. */
export async function askForTemplate(
  ask: OwnerQuestions,
  templates: readonly Template[],
): Promise<Template | undefined> {
  const options = templates.map(({ id, description }) => ({
    value: id,
    label: id,
    hint: description.split(/(?<=[.:])\s/)[0] ?? '',
  }));
  const own = { value: OWN, label: 'none of them', hint: 'I describe the steps' };
  const chosen = answered(await ask.choose('Which template?', [...options, own]));
  return templates.find(({ id }) => id === chosen);
}

/** What is missing in `given`. @throws NocturneError `USAGE` when the owner cancels. */
export async function askForValues(
  ask: OwnerQuestions,
  template: Template,
  given: Given,
): Promise<Given> {
  const isUsed = JSON.stringify([template.title, template.steps]).includes('{{context}}');
  const context =
    given.context ??
    (isUsed ? answered(await ask.text(`What is it about? ${template.description}`)) : undefined);
  const vars = { ...given.vars };
  for (const [name, variable] of template.variables) {
    if (Object.hasOwn(vars, name)) continue;
    const { description = name, values, default: usual, example } = variable;
    const question = example === undefined ? description : `${description} (such as: ${example})`;
    const options = values?.map((value) => ({ value, label: value }));
    vars[name] = answered(
      options === undefined ? await ask.text(question, usual) : await ask.choose(question, options),
    );
  }
  return { context, vars };
}

/** A plan without a template: a title, and steps as data. */
export type Composed = { readonly title: string; readonly steps: readonly unknown[] };

/** @throws NocturneError `USAGE` when the owner cancels. */
export async function askForSteps(
  ask: OwnerQuestions,
  roles: readonly string[],
): Promise<Composed> {
  const title = answered(await ask.text('What is the plan for? A few words'));
  const steps: { readonly id: string; readonly data: Readonly<Record<string, unknown>> }[] = [];
  for (;;) {
    const what = answered(
      await ask.text(`Step ${steps.length + 1}: what is done? (empty: no more steps)`),
    );
    if (what === '') return { title, steps: steps.map(({ data }) => data) };
    const ids = steps.map(({ id }) => id);
    const id = idFor(what, ids);
    steps.push({ id, data: { id, title: what, ...(await askForStep(ask, { what, ids, roles })) } });
  }
}

async function askForStep(
  ask: OwnerQuestions,
  { what, ids, roles }: { what: string; ids: readonly string[]; roles: readonly string[] },
): Promise<Readonly<Record<string, unknown>>> {
  const run = answered(
    await ask.choose('Who does it?', [
      { value: 'runner', label: 'an agent' },
      { value: 'command', label: 'a program' },
      { value: 'human', label: 'you' },
    ]),
  );
  const last = ids.slice(-1);
  const options = ids.map((id) => ({ value: id, label: id }));
  const needs =
    ids.length === 0 ? [] : await ask.pick('After which steps does it begin?', options, last);
  const common = defined({ run, needs: needs.length === 0 ? undefined : needs });
  if (run === 'human') return { ...common, question: what.endsWith('?') ? what : `${what}: done?` };
  const produces = answered(
    await ask.text('Which file is there when it is done, in the project? (empty: none)'),
  );
  const proof = produces === '' ? {} : { produces, criteria: [{ file_exists: produces }] };
  if (run === 'command')
    return { ...common, command: answered(await ask.text('Which command?')), ...proof };
  const none = { value: '', label: 'no role' };
  const named = roles.map((role) => ({ value: role, label: role }));
  const role = roles.length === 0 ? '' : answered(await ask.choose('As whom?', [none, ...named]));
  return { ...common, ...(role === '' ? {} : { role }), ...proof };
}

/** From the first words. */
function idFor(text: string, taken: readonly string[]): string {
  const words = slugOf(text).split('-').slice(0, 3).join('-') || 'step';
  return freeName(words, (id) => taken.includes(id));
}

function answered(answer: string | undefined): string {
  if (answer !== undefined) return answer;
  throw new NocturneError('USAGE', 'cancelled; nothing was written', {
    hint: 'run the command again when you are ready',
  });
}
