/**
 * What this workspace's jobs in OpenClaw were given when they were made; kept in the state
 * directory, so that a later version still knows them.
 */
import { join } from 'node:path';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';

const FILE = 'openclaw-jobs.json';
const MOST = 20;

export function madeMessages(state: string): readonly string[] {
  const read = readJson<{ readonly messages?: readonly unknown[] }>(join(state, FILE));
  return (read?.messages ?? []).filter((message) => typeof message === 'string');
}

export function rememberMessages(state: string, messages: readonly string[]): void {
  const all = [...new Set([...messages, ...madeMessages(state)])].slice(0, MOST);
  writeJsonDurably(join(state, FILE), { messages: all });
}
