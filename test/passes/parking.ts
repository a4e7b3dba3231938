/** A project whose chat pass reaches a limit on spending, and what is seen of it. */
import type { Test } from 'tap';
import type { Rec } from '../../src/markdown/types.js';
import { fieldText } from '../../src/project/field-text.js';
import { isOpenQuestion } from '../../src/project/question-state.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import { scriptedOpenai, type Scripted, type SeenRequest } from '../support/scripted-openai.js';
import { chatRunnerAt, type Place, placeWithProject, runnersPage } from './pass-workspace.js';

const pageOf = (name: string): string =>
  `# Page\n\n## Entries\n\n- name: first of ${name}\n- name: second of ${name}\n`;
export const SAID =
  '```nocturne-report\nsummary: the page is written\noutputs: [outputs/page.md]\nanswers: { non_obvious: true, durable: true, compounding: true }\n```';
export const LOOKS = {
  call: [{ name: 'read', arguments: { path: 'PROJECTS/pages/PHASES.md' } }],
};
export const writes = (name: string) => ({
  call: [
    {
      name: 'write',
      arguments: { path: `PROJECTS/pages/outputs/${name}.md`, content: pageOf(name) },
    },
  ],
});
export const LIMIT: Scripted = {
  status: 402,
  headers: {
    'x-nocturne-limit': 'pass',
    'x-nocturne-limit-unit': 'cost',
    'x-nocturne-limit-used': '1.98',
    'x-nocturne-limit-amount': '2.00',
  },
  body: { error: { message: 'The pass has used 1.98 of 2.00 EUR.', code: 'limit_reached' } },
};

export async function placeAsking(
  t: Test,
  script: readonly Scripted[],
  files: Readonly<Record<string, string>> = {},
) {
  const server = await scriptedOpenai(script);
  t.teardown(() => server.close());
  const place = placeWithProject(t.testdir(), '', {
    runner: 'boxed',
    stop: '- entries: { in: "outputs/*.md", under: "## Entries", at_least: 4, each_has: [name] }',
    criteria: '[{ file_exists: outputs/page.md }]',
    files: {
      'orchestration-os/RUNNERS.md': runnersPage(chatRunnerAt(server.endpoint)),
      ...files,
    },
  });
  return { server, place };
}

export const openQuestions = (place: Place): readonly Rec[] => {
  const snapshot = place.workspace.snapshot();
  return snapshot.records('NOTIFICATION').filter((asked) => isOpenQuestion(snapshot, asked));
};

export function answer(place: Place, text: string): void {
  place.workspace.commit((snapshot) => {
    const changes = openQuestions(place).flatMap(
      ({ key }) =>
        bundleChanges(snapshot, 'notification_answer', { id: key, answer: text, status: 'open' })
          .changes,
    );
    return { actor: { kind: 'owner', name: 'owner' }, runId: '', reason: 'answered', changes };
  });
}

export const callsIn = (request: SeenRequest | undefined): readonly string[] =>
  (request?.body.messages ?? []).flatMap(({ tool_calls: calls = [] }) =>
    calls.map((call) => call.function.name),
  );
export const project = (place: Place, field: string): string =>
  fieldText(place.workspace.snapshot().record('PROJECT', 'pages'), field);
export const run = (place: Place, runId = ''): Rec | undefined =>
  place.workspace.snapshot().record('RUN', runId);
