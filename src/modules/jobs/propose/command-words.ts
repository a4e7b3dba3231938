/** What the text of a job's command says about it: a name for it, and the folder it writes to. */
import { dirname, isAbsolute, join } from 'node:path';
import { homedir } from 'node:os';
import { statSync } from '../../../kernel/files.js';
import { freeName, slugOf } from '../../../kernel/slug.js';
import type { FoundJob } from '../../../hosts/found-job.js';

/** They start other programs, and say nothing about the work. */
const WRAPPERS =
  /^(?:nice|ionice|timeout|flock|env|sudo|nohup|chronic|bash|sh|python3?|node|perl|ruby|exec|cd|test|\[)$/;
const NOT_WORK =
  /^\/(?:dev|proc|sys|bin|usr|sbin|lib|etc)(?:\/|$)|^\/tmp$|^\/var\/log(?:\/|$)|\.(?:log|lock)$/;

/** Lower-case letters, digits and dashes. @param taken names that are in use. */
export function jobName(
  { host, id, place, command }: FoundJob,
  taken: ReadonlySet<string>,
): string {
  const text = host === 'cron' ? program(command) : nameThere({ host, id, place });
  const named = text.replace(/^automation /, '').replace(/\.(?:timer|sh|py|mjs|js|pl|rb)$/, '');
  return freeName(slugOf(named) || 'job', (name) => taken.has(name));
}

/** The folder that the command names and that is there, or else where it starts. */
export function jobBase({ command, directory, host }: FoundJob): string | undefined {
  const [, moved] = /(?:^|&&|;)\s*cd\s+("[^"]+"|'[^']+'|[^\s;&|]+)/.exec(command) ?? [];
  const start = moved === undefined ? directory : absolute(bare(moved), directory);
  const named = host === 'cron' || host === 'systemd' ? wordsOf(command).toReversed() : [];
  const targets = named
    .filter((word) => word.includes('/'))
    .map((word) => absolute(word.replace(/^[^/~]*=/, ''), start))
    .filter((path) => !NOT_WORK.test(path))
    .map((path) => (isFolder(path) ? path : dirname(path)));
  const candidates = [...(moved === undefined ? [] : [start]), ...targets, directory];
  return candidates.find(
    (path): path is string =>
      path !== undefined && path !== '/' && isFolder(path) && !NOT_WORK.test(path),
  );
}

function nameThere({ host, id, place }: Pick<FoundJob, 'host' | 'id' | 'place'>): string {
  return host === 'systemd' ? id : place;
}

function program(command: string): string {
  const words = wordsOf(command).filter((word) => !/^[A-Za-z_]\w*=|^-|^\d+[smh]?$/.test(word));
  const work = words.find((word, i) => {
    const isFolderOfCd = words[i - 1] === 'cd';
    return (
      !isFolderOfCd &&
      !word.endsWith('.lock') &&
      !WRAPPERS.test(word.split('/').at(-1) ?? '') &&
      !isFolder(word)
    );
  });
  return work?.split('/').at(-1) ?? '';
}

function wordsOf(command: string): readonly string[] {
  return (command.match(/"[^"]*"|'[^']*'|[^\s;&|<>()"']+/g) ?? []).map(bare);
}

function bare(word: string): string {
  return word.replaceAll(/^["']|["']$/g, '');
}

function absolute(path: string, start: string | undefined): string {
  const expanded = path.replace(/^(?:~|\$HOME|\$\{HOME\})(?=\/|$)/, homedir());
  return isAbsolute(expanded) ? expanded : join(start ?? homedir(), expanded);
}

function isFolder(path: string): boolean {
  return isAbsolute(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
