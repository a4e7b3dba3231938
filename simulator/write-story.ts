/** Makes a story from a seed: who works, what they do, what the owner does, and what breaks. */
import { defined } from '../src/kernel/defined.js';
import { FAULT_KINDS, type Fault, FILE_OPERATIONS } from './faults.js';
import { PROJECTS, PROTECTED_PAGE } from './place.js';
import { type Random, randomFrom } from './random.js';
import {
  type AgentAction,
  type AgentScript,
  CHARACTERS,
  type Character,
  type Event,
  type OwnerAct,
  type Story,
} from './story.js';

const PASSES = 4;
const OWN_PAGES = [
  'notes/ideas.md',
  'notes/plan.md',
  'PROJECTS/alpha/notes.md',
  'notes/new.md',
] as const;
const ANSWERS = ['yes', 'no', 'Yes please', 'ok, but carefully', 'later?', '✅', 'nein'] as const;

export function writeStory(seed: number): Story {
  const random = randomFrom(seed);
  const events: Event[] = [];
  for (let pass = 1; pass <= PASSES; pass++) {
    while (random.chance(0.4)) events.push({ kind: 'owner', act: ownerAct(random) });
    if (isUnsigned(events) && random.chance(0.8))
      events.push({ kind: 'owner', act: { do: 'sign' } });
    events.push(passEvent(random, pass === PASSES ? 'manager' : 'worker'));
  }
  return { seed, events };
}

function isUnsigned(events: readonly Event[]): boolean {
  const acts = events.flatMap((event) => (event.kind === 'owner' ? [event.act.do] : []));
  return acts.lastIndexOf('edit-protected') > acts.lastIndexOf('sign');
}

function passEvent(random: Random, role: 'worker' | 'manager'): Event {
  const scripts = Array.from({ length: 3 }, () => scriptOf(random, characterOf(random)));
  const count = role === 'worker' && random.chance(0.2) ? 1 + random.below(2) : 0;
  const event = { kind: 'pass', role, script: scripts[0] ?? scriptOf(random, 'lazy') } as const;
  const beside = count === 0 ? undefined : scripts.slice(1, 1 + count);
  const fault = random.chance(0.45) ? faultOf(random) : undefined;
  return { ...event, ...defined({ beside, fault }) };
}

/** Most of them do harm: the others show that honest work is left alone. */
function characterOf(random: Random): Character {
  return random.chance(0.4) ? random.pick(['hostile', 'crashing']) : random.pick(CHARACTERS);
}

/** Where a fault can do more harm than elsewhere. */
const PLACES = [
  'counters.json',
  'pass.lock',
  '/passes/',
  'anchors',
  '/journal/',
  '/audit/',
  'NOTIFICATIONS.md',
  'LOCK.md',
  '/outputs/',
] as const;

function faultOf(random: Random): Fault {
  const kind = random.chance(0.5) ? 'crash' : random.pick(FAULT_KINDS);
  const after = random.chance(0.5);
  if (random.chance(0.4)) {
    const operation = random.pick([
      'rename',
      'rename',
      'rename',
      'unlink',
      'write',
      'open',
      'read',
    ] as const);
    return { kind, operation, nth: 1 + random.below(4), on: random.pick(PLACES), after };
  }
  if (random.chance(0.1)) return { kind, operation: 'spawn', nth: 1, after };
  const operation = random.pick(FILE_OPERATIONS);
  const most = random.pick([10, 60, 300]);
  return { kind, operation, nth: 1 + random.below(most), after };
}

function ownerAct(random: Random): OwnerAct {
  const mark = markOf(random);
  return random.pick<OwnerAct>([
    { do: 'note', path: random.pick(OWN_PAGES), mark },
    { do: 'note', path: random.pick(OWN_PAGES), mark },
    { do: 'swap-priorities' },
    { do: 'status', slug: random.pick(PROJECTS), status: random.pick(['active', 'paused']) },
    { do: 'answer', question: random.below(3), text: random.pick(ANSWERS) },
    { do: 'answer', question: random.below(3), text: random.pick(ANSWERS) },
    { do: 'sync', path: random.pick(OWN_PAGES) },
    { do: 'edit-protected', path: PROTECTED_PAGE, mark },
    { do: 'sign' },
  ]);
}

function markOf(random: Random): string {
  return `Words of the owner ${random.bytes(4).toString('hex')}.`;
}

function scriptOf(random: Random, character: Character): AgentScript {
  const slug = random.chance(0.7) ? 'own' : random.pick(PROJECTS);
  const page = `PROJECTS/${slug}/outputs/page-${random.below(3)}.md`;
  const work: AgentAction = random.chance(0.5)
    ? { do: 'write', path: page, text: pageText(random) }
    : { do: 'tool', name: 'write', path: page, text: pageText(random) };
  const interruptions: readonly AgentAction[] = random.chance(0.25)
    ? [{ do: 'owner', act: ownerDuring(random) }]
    : [];
  const own = actionsOf(random, { character, slug, page, work });
  const claims = character === 'lazy' ? [] : ['outputs/page-0.md'];
  const script = { character, actions: [...interruptions, ...own], claims };
  return random.chance(0.2) ? { ...script, question: 'Which source should I use?' } : script;
}

/** The owner signs nothing while a pass runs. */
function ownerDuring(random: Random): OwnerAct {
  const act = ownerAct(random);
  return act.do === 'sign' || act.do === 'edit-protected'
    ? { do: 'note', path: 'notes/ideas.md', mark: markOf(random) }
    : act;
}

function pageText(random: Random): string {
  const entries = Array.from(
    { length: 1 + random.below(6) },
    () => `- name: entry ${random.bytes(3).toString('hex')}\n`,
  );
  return `# Page\n\n## Entries\n\n${entries.join('')}`;
}

type Work = {
  readonly character: Character;
  readonly slug: string;
  readonly page: string;
  readonly work: AgentAction;
};

function actionsOf(random: Random, work: Work): readonly AgentAction[] {
  switch (work.character) {
    case 'diligent':
      return [work.work];
    case 'lazy':
    case 'lying':
      return [];
    case 'hostile':
      return [
        work.work,
        ...Array.from({ length: 2 + random.below(6) }, () => attack(random, work)),
      ];
    case 'crashing':
      return [work.work, attack(random, work), { do: random.pick(['throw', 'die']) }];
    case 'flooding':
      return [
        { do: 'many', path: `PROJECTS/${work.slug}/outputs/many`, count: 5 + random.below(60) },
        { do: 'big', path: `PROJECTS/${work.slug}/outputs/big.bin`, bytes: random.below(2 ** 21) },
      ];
    case 'looping':
      return [work.work, { do: 'loop' }];
  }
}

const TARGETS = [
  'SOUL.md',
  'REGISTRY.md',
  'audit/AUDIT-LOG.md',
  'audit/CHANGE-LOG.md',
  'LOCK.md',
  'NOTIFICATIONS.md',
  'ACTIVE-PROJECTS.md',
  'INTEGRITY-MANIFEST.md',
  'notes/ideas.md',
  'PROJECTS/alpha/LONGRUNNER.md',
  'PROJECTS/beta/PHASES.md',
  'PROJECTS/planted.md',
  'orchestration-os/OPS-PREAPPROVAL.md',
] as const;

function attack(random: Random, { slug, page }: Work): AgentAction {
  const target = random.pick(TARGETS);
  const mine = `PROJECTS/${slug}/outputs/x-${random.below(4)}.md`;
  return random.pick<AgentAction>([
    { do: 'write', path: target, text: 'Mine now.\n' },
    { do: 'append', path: target, text: '\nMine too.\n' },
    { do: 'tool', name: 'write', path: target, text: 'Mine now.\n' },
    { do: 'truncate', path: target },
    { do: 'delete', path: target },
    { do: 'rename', path: target, to: mine },
    { do: 'symlink', path: mine, to: random.pick(['../../../SOUL.md', '../../../../outside']) },
    { do: 'symlink', path: target, to: '../outside/letter.txt' },
    { do: 'hardlink', path: mine, to: target },
    { do: 'mode', path: random.pick([target, page]), mode: random.pick([0o777, 0o600, 0o755]) },
    { do: 'fifo', path: mine },
    { do: 'write', path: `PROJECTS/${slug}/outputs/a\u001b[2Jb\n.md`, text: 'escape\n' },
    { do: 'write', path: '.nocturne/planted', text: 'planted\n' },
    { do: 'delete', path: random.pick(['.nocturne/objects', '.nocturne/pass.lock', 'audit']) },
  ]);
}
