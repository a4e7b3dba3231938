/** What an agent of a night sees and does: its prompt, the files of its project, and what they cost. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from '../../simulator/random.js';
import type { Files, Kind, Unit } from './work.js';

/** The form of the work, from whatever the prompt names; a guess where it names nothing. */
export type Form = {
  readonly file: string;
  readonly heading: string;
  readonly columns: readonly string[];
};

export type Desk = {
  readonly kind: Kind;
  readonly prompt: string;
  /** How often this agent has worked on this project tonight. */
  readonly turn: number;
  readonly random: Random;
  readonly form: Form;
  /** A name for a new page: the time. */
  readonly stamp: string;
  /** `undefined`: there is no such file. */
  readonly read: (path: string) => string | undefined;
  readonly list: (folder: string) => readonly string[];
  readonly write: (path: string, text: string) => void;
  /** Says or thinks something that is not a file. */
  readonly say: (tokens: number) => void;
  readonly spent: () => Spent;
};

/** `prompt`: tokens of the prompt alone; it is read once, and again with each of the calls. */
export type Spent = {
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly prompt: number;
  readonly calls: number;
};

const BYTES_IN_TOKEN = 4;

export function deskOf(options: {
  readonly kind: Kind;
  readonly prompt: string;
  readonly folder: string;
  readonly turn: number;
  readonly random: Random;
  readonly now: Date;
}): Desk {
  const { kind, prompt, folder, turn, random, now } = options;
  const context = tokensOf(prompt);
  // A model reads the prompt again with each call, and everything that it has read since.
  let [tokensIn, tokensOut, read, calls] = [context, 0, 0, 0];
  const call = (tokens: number): void => {
    calls += 1;
    read += tokens;
    tokensIn += context + read;
    tokensOut += CALL_TOKENS;
  };
  return {
    kind,
    prompt,
    turn,
    random,
    form: formIn(prompt, kind),
    stamp: now.toISOString().slice(0, 16).replace(':', ''),
    read(path) {
      const file = join(folder, path);
      const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
      call(tokensOf(text ?? ''));
      return text;
    },
    list(name) {
      const names = existsSync(join(folder, name)) ? readdirSync(join(folder, name)).sort() : [];
      call(tokensOf(names.join('\n')));
      return names;
    },
    write(path, text) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      utimesSync(file, now, now);
      call(CALL_TOKENS);
      tokensOut += tokensOf(text);
    },
    say(tokens) {
      tokensOut += tokens;
    },
    spent: () => ({ tokensIn, tokensOut, prompt: context, calls }),
  };
}

const CALL_TOKENS = 40;

function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_IN_TOKEN);
}

/**
 * The path, the heading and the fields that the first tests in the prompt name. Briefs have always
 * shown tests in the words of PHASES.md, and nothing else of their form is used.
 */
export function formIn(prompt: string, kind: Kind): Form {
  const [, pattern] = new RegExp(`(outputs/(?:${kind}|outline)[\\w*-]*\\.md)`).exec(prompt) ?? [];
  const [, heading] = /(?:under|pattern): ?"?\^?(## [A-Z]\w+)/.exec(prompt) ?? [];
  const [, fields] = /each_has: ?\[([^\]]*)\]/.exec(prompt) ?? [];
  return {
    file: pattern ?? (kind === 'code' ? 'src/page-*.mjs' : 'outputs/page-*.md'),
    heading: heading ?? '## Notes',
    columns: fields?.split(',').map((field) => field.trim()) ?? [],
  };
}

/** What the material says there is. */
export function unitsIn(material: string): readonly Unit[] {
  return [...material.matchAll(/^- (.*?) \| (.*?) \| (.*)$/gm)].map(
    ([, name = '', source = '', note = '']) => ({ name, source, note }),
  );
}

/** Text files below a folder. */
export function filesBelow(folder: string): Files {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), readFileSync(path, 'utf8'));
  }
  return files;
}
