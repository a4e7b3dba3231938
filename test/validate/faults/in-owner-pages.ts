/** Mistakes that owners make in pages that they write by hand, with `«»` around their place. */
import { append, replace } from '../edit-workspace.js';
import { type MarkedFault, markedFaults } from './marked.js';
import type { Fault } from './fault.js';

const INVENTORY = 'PROJECTS/inventory/LONGRUNNER.md';
const GARDEN = 'PROJECTS/garden/LONGRUNNER.md';
const PHASES = 'PROJECTS/inventory/PHASES.md';
const RUNNERS = 'orchestration-os/RUNNERS.md';
const TIERS = 'MODEL-TIERS.md';
const PREAPPROVALS = 'orchestration-os/OPS-PREAPPROVAL.md';
const REPOSITORIES = 'orchestration-os/REPOSITORIES.md';

const scope = (glob: string): MarkedFault => [
  `the scope ${glob}`,
  'write-scope',
  replace(GARDEN, '    - outputs/**', `    - «${glob}»`),
];
const program = (line: string): MarkedFault => [
  `the program ${line}`,
  'runner-program',
  replace(RUNNERS, '- **Program:** node', `- **Program:** «${line}»`),
];
const preapproval = (heading: string): MarkedFault => [
  `the pre-approval ${heading}`,
  'near-miss',
  replace(PREAPPROVALS, '## PA-002', `«${heading}»`),
];

const LIST: readonly MarkedFault[] = [
  ...[
    '"!outputs/secret.md"',
    '"outputs/** # all"',
    '"outputs/{a,b/*.md"',
    'outputs',
    'outputs/',
  ].map(scope),
  ...['node pass.mjs', '~/bin/node', '$HOME/bin/node', '%USERPROFILE%/node', '`node`'].map(program),
  ...['## PA–002', '## PA_002', '## PA 002', '# PA-002'].map(preapproval),
  [
    'a kind with a letter less',
    'runner-program',
    replace(RUNNERS, '- **Kind:** command', '- **Kind:** «comand»'),
  ],
  [
    'a placeholder with a letter less',
    'runner-program',
    replace(RUNNERS, '- pass.mjs', '- «"{promt}"»'),
  ],
  [
    'an option that YAML reads as a map',
    'field-contract',
    replace(RUNNERS, '```yaml args\n- pass.mjs', '```yaml args\n«- --model: small»\n- pass.mjs'),
  ],
  [
    'a command line in place of a list',
    'field-contract',
    append(
      REPOSITORIES,
      '\n## inventory\n\n- **Path:** /home/me/shop\n\n```yaml test\n«npm test»\n```\n',
    ),
  ],
  [
    'a repository of no project',
    'orphan-project',
    append(REPOSITORIES, '\n## «inventry»\n\n- **Path:** /home/me/shop\n'),
  ],
  [
    'a tier with a capital',
    'tier-runner',
    replace(
      TIERS,
      '| heavy |',
      '«»| Grader | local-model | qwen3:8b | 5 | 40000 | 0.1 | - | - |\n| heavy |',
    ),
  ],
  [
    'a program with its arguments',
    'probe',
    replace('orchestration-os/OPS-TOOL-REGISTRY.md', '| ls | ls | * |', '| ls | «ls -l» | * |'),
  ],
  [
    'the scope at the wrong level',
    'field-contract',
    replace(GARDEN, '  writes:\n    - outputs/**', 'writes:\n  - «outputs/**»'),
  ],
  [
    'a group that is a text',
    'field-contract',
    replace(GARDEN, 'phase:\n  name: plant', 'phase: «plant»\nother:\n  name: plant'),
  ],
  [
    'a required name with a letter less',
    'field-contract',
    replace(INVENTORY, 'mission: Know', 'mision: «Know»'),
  ],
  [
    'the end of a YAML document',
    'record-shape',
    replace(INVENTORY, 'transition:', '«...»\ntransition:'),
  ],
  [
    'a block that is indented',
    'near-miss',
    replace(
      PHASES,
      '```yaml successors\n- review\n```',
      '«»    ```yaml successors\n    - review\n    ```',
    ),
  ],
  [
    'a pass of the diary with a blank',
    'near-miss',
    replace('memory/2026-11-20.md', '## RUN-20261120-002', '## «RUN 20261120-002»'),
  ],
  [
    'an answer with a number',
    'near-miss',
    replace(
      'NOTIFICATIONS.md',
      '- **Status:** open\n- **Answer:** -\n',
      '- **Status:** open\n- **Answer:** -\n\n«1. **Answer:** yes»\n',
    ),
  ],
];

export function inOwnerPages(): readonly Fault[] {
  return markedFaults(LIST);
}
