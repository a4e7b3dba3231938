/** The questions that `project new` asks at a terminal. */
import { defined } from '../../kernel/defined.js';
import type { PhaseSummary } from '../../project/starter-phases.js';
import { answered, cancelled } from './ask.js';
import { planText } from './plan-text.js';
import { TERMINAL, type Terminal } from './init-wizard.js';

type Asked = {
  readonly slug: string;
  readonly kinds: readonly PhaseSummary[];
  readonly kind: string | undefined;
  readonly objective: string | undefined;
  readonly runner: string | undefined;
  readonly runners: readonly { readonly name: string; readonly problem: string | undefined }[];
};
type Answers = {
  readonly mission: string;
  readonly kind: string | undefined;
  readonly objective: string;
  readonly runner: string | undefined;
};

/** @throws NocturneError `USAGE` when the owner cancels; nothing was written. */
export async function askForProject(
  { slug, kinds, kind, objective, runner, runners }: Asked,
  terminal: Terminal = TERMINAL,
): Promise<Answers> {
  const { intro, text, select, confirm, note } = await import('@clack/prompts');
  intro(`nocturne project new ${slug}`, terminal);
  const mission = answered(
    await text({
      message: 'What is the project for? One sentence',
      validate: (value) => ((value ?? '').trim() === '' ? 'enter a sentence' : undefined),
      ...terminal,
    }),
  );
  const chosen =
    kind ??
    answered(
      await select({
        message: 'What kind of work is it?',
        options: kinds.map(({ name, objective: hint }) => ({ value: name, label: name, hint })),
        ...terminal,
      }),
    );
  const first = kinds.find(({ name }) => name === chosen);
  const firstObjective = answered(
    await text({
      message: 'What should the first pass do?',
      initialValue: objective ?? first?.objective ?? '',
      ...terminal,
    }),
  );
  const chosenRunner =
    runner ??
    answered(
      await select({
        message: 'Which runner does the work?',
        options: [
          { value: '', label: 'the runner of the model tier' },
          ...runners.map(({ name, problem }) => ({
            value: name,
            label: name,
            ...defined({ hint: problem }),
          })),
        ],
        ...terminal,
      }),
    );
  if (first !== undefined) note(planText([first]), 'What counts as done', terminal);
  if (!answered(await confirm({ message: `Create PROJECTS/${slug}?`, ...terminal })))
    throw cancelled();
  return {
    mission: mission.trim(),
    kind: chosen,
    objective: firstObjective.trim(),
    runner: chosenRunner === '' ? undefined : chosenRunner,
  };
}
