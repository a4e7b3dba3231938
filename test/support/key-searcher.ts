/**
 * The text of an agent that looks for a key wherever it can look, leaves a memory image of itself,
 * and asks its model. It writes what it found to `outputs/found.json` and to its page.
 */

/** As a `command` agent, or as one that prints the lines of a host. */
export function keySearcher(key: string, lastWords: string): string {
  const middle = Math.floor(key.length / 2);
  // In two parts, so that the text itself is no hit.
  return `#!${process.execPath}
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

mkdirSync('outputs', { recursive: true });
try {
  execFileSync('bash', ['-c', 'cd outputs; ulimit -c unlimited; kill -SEGV $$'], { stdio: 'ignore' });
} catch {}
const key = ${JSON.stringify(key.slice(0, middle))} + ${JSON.stringify(key.slice(middle))};
const found = [];
const look = (path) => {
  try {
    if (readFileSync(path).includes(key)) found.push(path.replace(/[0-9]+/g, 'N'));
  } catch {}
};
const walk = (folder) => {
  let names = [];
  try { names = readdirSync(folder, { withFileTypes: true }); } catch {}
  for (const entry of names) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path);
    else if (entry.isFile() && (statSync(path, { throwIfNoEntry: false })?.size ?? 0) < 1e8) look(path);
  }
};
if (JSON.stringify(process.env).includes(key)) found.push('environment');
if (readFileSync(0, 'utf8').includes(key)) found.push('prompt');
for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)))
  for (const file of ['environ', 'cmdline', 'comm']) look('/proc/' + pid + '/' + file);
const brief = process.env.NOCTURNE_BRIEF;
for (const folder of [process.env.NOCTURNE_WORKSPACE, homedir(), join(brief, '..'), '/run/nocturne-model', '/dev/shm']) walk(folder);

const { OPENAI_BASE_URL: base, OPENAI_API_KEY: token, ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY } = process.env;
const ask = async (url, headers, more = {}) => {
  try { return (await fetch(url, { headers, ...more })).status; } catch (error) { return error.cause?.code ?? error.code; }
};
const model = base === undefined ? 'none' : await ask(base + '/models', { authorization: 'Bearer ' + token });
const other = base === undefined ? 'none' : await ask(ANTHROPIC_BASE_URL + '/v1/models', { 'x-api-key': ANTHROPIC_API_KEY });
const body = JSON.stringify({ model: 'small', max_tokens: 2000, messages: [{ role: 'user', content: 'Hello.' }] });
const chat = base === undefined ? 'none' : await ask(base + '/chat/completions', { authorization: 'Bearer ' + token, 'content-type': 'application/json' }, { method: 'POST', body });
writeFileSync('outputs/found.json', JSON.stringify({ found, model, other, chat, token, cores: readdirSync('outputs').filter((name) => name.startsWith('core')).length }));
writeFileSync('outputs/page.md', '# Page\\n\\n## Entries\\n\\n- name: one\\n- name: two\\n');
${lastWords}
`;
}
