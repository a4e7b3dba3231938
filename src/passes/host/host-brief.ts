/**
 * What an agent in a pass is told again when its session starts, or when what it remembers is about
 * to be shortened.
 */
import type { Briefed } from '../types.js';

const HARD_LINES = 'Hard lines';

/** The whole brief as it was given. */
export function wholeBrief(data: Briefed): string {
  return `You work in pass ${data.runId}. Its brief:\n\n${data.prompt}`;
}

/** What must not get lost: hard lines, objective, scope, how it ends. */
export function briefInShort(data: Briefed): string {
  const hard =
    data.brief.fragments.find((fragment) => fragment.title === HARD_LINES)?.text.trim() ?? '';
  const writes = data.writes.length === 0 ? 'nothing' : data.writes.join(', ');
  return [
    `Keep the following word for word. This session works in pass ${data.runId}${data.project === undefined ? '' : ` of project ${data.project}`}${data.phase === undefined ? '' : `, phase ${data.phase}`}.`,
    `Objective: ${data.objective}`,
    `It may write: ${writes}.`,
    ...(data.driver === 'host'
      ? [
          'The pass ends with nocturne pass end and the token that nocturne pass begin printed, with the report on standard input.',
        ]
      : []),
    ...(hard === '' ? [] : ['', hard]),
  ].join('\n');
}
