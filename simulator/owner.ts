/** The owner of a story, who edits, answers, synchronises and signs with the tools that people have. */
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { signManifest } from '../src/integrity/sign.js';
import { NocturneError } from '../src/kernel/error.js';
import { machine } from './machine.js';
import { PROTECTED_PAGE } from './place.js';
import type { OwnerAct } from './story.js';
import { expectFile, type World } from './world.js';

export function actAsOwner(world: World, act: OwnerAct): void {
  switch (act.do) {
    case 'note':
      return edit(world, act.path, (text) => `${text}\n${act.mark}\n`, act.mark);
    case 'swap-priorities':
      return edit(world, 'ACTIVE-PROJECTS.md', swapPriorities);
    case 'status':
      return edit(world, 'ACTIVE-PROJECTS.md', (text) => withStatus(text, act.slug, act.status));
    case 'answer':
      return edit(world, 'NOTIFICATIONS.md', (text) => withAnswer(text, act.question, act.text));
    case 'sync':
      return synchronise(world, act.path);
    case 'edit-protected':
      world.unsigned = [...world.unsigned, act.mark];
      return edit(world, act.path, (text) => `${text}\n${act.mark}\n`, act.mark);
    case 'sign':
      return sign(world);
    case 'restore-kept':
      return;
  }
}

function edit(world: World, path: string, change: (text: string) => string, mark?: string): void {
  const place = join(world.place.root, path);
  const before = existsSync(place) ? readFileSync(place, 'utf8') : '';
  const after = change(before);
  if (after === before) return;
  mkdirSync(dirname(place), { recursive: true });
  // As editors save: a link of a crashed agent is replaced, and what it leads to stays.
  if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true) rmSync(place);
  writeFileSync(place, after);
  if (mark !== undefined) world.words.push({ path, mark });
  expectFile(world, path);
}

/** Another device writes back the page as it was at the beginning of the story. */
function synchronise(world: World, path: string): void {
  const first = world.firstPages.get(path);
  if (first === undefined) return;
  // The device has never seen the words since then: the owner's own program replaces them.
  for (const { mark } of world.words.filter((words) => words.path === path))
    world.replacedWords.add(mark);
  edit(world, path, () => first);
}

const SPOILED: readonly string[] = ['SCHEMA', 'REFUSED', 'GATE'];

function sign(world: World): void {
  const { key } = world.place;
  const now = machine.clock.now();
  // What a crashed agent spoiled stays until the next pass restores it.
  world.agentAtWork = world.passes.at(-1)?.crashed === true;
  try {
    signManifest(world.workspace, { files: 'all', key, signedBy: 'owner', now });
  } catch (error) {
    // A crashed pass spoiled a page or a log. The owner tries again after the pass that restores it.
    if (error instanceof NocturneError && SPOILED.includes(error.code)) return;
    throw error;
  } finally {
    world.agentAtWork = false;
  }
  world.unsigned = [];
  expectFile(world, PROTECTED_PAGE);
}

function swapPriorities(text: string): string {
  return text.replace(/^\| (\d) \| (alpha|beta) /gm, (_row, number: string, slug: string) => {
    return `| ${number === '1' ? '2' : '1'} | ${slug} `;
  });
}

function withStatus(text: string, slug: string, status: string): string {
  const row = new RegExp(
    `^(\\| \\d \\| ${slug} \\| [^|]* \\| [^|]* \\| )(active|paused)( \\|)`,
    'm',
  );
  return text.replace(row, `$1${status}$3`);
}

/** The answer after the `Answer:` of the question with this number among those that are open. */
function withAnswer(text: string, question: number, answer: string): string {
  const open = [...text.matchAll(/^- \*\*Answer:\*\*[ \t]*-?[ \t]*$/gm)];
  const chosen = open[question % Math.max(1, open.length)];
  if (chosen === undefined) return text;
  const start = chosen.index;
  return `${text.slice(0, start)}- **Answer:** ${answer}${text.slice(start + chosen[0].length)}`;
}
