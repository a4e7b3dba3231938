/**
 * Prompts are composed from fragments; an edited composed prompt stops the gate, and a signed one
 * is still found.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeWorkspace, type MadeWorkspace } from '../../support/make-workspace.js';
import { type CliCase, runCases } from './cases.js';

const PAGE = 'orchestration-os/CRON-WORKER-PROMPT.md';
const FRAGMENT = 'orchestration-os/prompt-fragments/exit-codes.md';
const read = (at: MadeWorkspace, path: string): string => readFileSync(join(at.root, path), 'utf8');
const edit =
  (path: string) =>
  (at: MadeWorkspace): void =>
    writeFileSync(join(at.root, path), `${read(at, path)}\nOnce more: every five minutes.\n`);

const cases: readonly CliCase<MadeWorkspace>[] = [
  {
    that: 'what is shipped is composed',
    words: ['prompts', 'compose'],
    exit: 0,
    json: { pages: [{ page: PAGE, what: 'unchanged' }, { what: 'unchanged' }], toSign: [] },
  },
  {
    that: 'an edited composed prompt stops the gate',
    first: edit(PAGE),
    words: ['gate'],
    exit: 3,
    json: { findings: [{ file: PAGE }] },
  },
  {
    that: 'signed by mistake, it is still found',
    first: (at) => edit(PAGE)(at),
    words: ['sign', '--all', '--yes'],
    exit: 0,
  },
  {
    that: 'by the rule, with what to do',
    words: ['validate', '--rule', 'prompt-composed'],
    exit: 1,
    json: {
      diagnostics: [
        {
          rule: 'prompt-composed',
          file: PAGE,
          expected: 'the end of the page',
          hint: /edit the fragment/,
        },
      ],
    },
  },
  {
    that: 'composed anew it is what it was',
    words: ['prompts', 'compose'],
    exit: 0,
    json: { pages: [{ page: PAGE, what: 'written' }, { what: 'unchanged' }], toSign: [PAGE] },
    then: (t, at) => t.notMatch(read(at, PAGE), /Once more/),
  },
  {
    that: 'an edited fragment is stale in both pages',
    first: edit(FRAGMENT),
    words: ['validate', '--rule', 'prompt-composed'],
    exit: 1,
    json: {
      diagnostics: [{ message: /has changed since/ }, { message: /has changed since/ }],
    },
  },
  {
    that: 'a dry run writes nothing',
    words: ['prompts', 'compose', '--dry-run'],
    exit: 0,
    json: { dryRun: true, pages: [{ what: 'written' }, { what: 'written' }] },
    then: (t, at) => t.notMatch(read(at, PAGE), /Once more/),
  },
  {
    that: 'composing writes both',
    words: ['prompts', 'compose'],
    exit: 0,
    then: (t, at) =>
      t.match(read(at, PAGE), /Once more: every five minutes\.\n\n## Read the brief/),
  },
  { that: 'and the owner signs', words: ['sign', '--all', '--yes'], exit: 0 },
  { that: 'then the gate is open', words: ['gate'], exit: 0 },
  {
    that: 'and nothing is found',
    words: ['validate', '--rule', 'prompt-composed'],
    exit: 0,
    json: { diagnostics: [] },
  },
  {
    that: 'a pass composes nothing',
    env: { NOCTURNE_RUN: 'RUN' },
    words: ['prompts', 'compose'],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
];

t.test('composed prompts', async (t) =>
  runCases(t, (directory) => makeWorkspace(directory), cases),
);
