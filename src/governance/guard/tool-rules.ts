/** `orchestration-os/OPS-TOOL-REGISTRY.md` as rules over programs and their arguments. */
import type { Rec } from '../../markdown/types.js';
import type { Word } from './shell-types.js';
import type { Reason } from '../types.js';

/**
 * `allow`: what may stand right behind the program, one word or several, `*` for anything; none:
 * only no arguments at all. `deny`: words that may not stand anywhere behind it. In both, `*`
 * inside a word is any text.
 */
export type ToolRule = {
  readonly tool: string;
  readonly programs: readonly string[];
  readonly allow: readonly string[];
  readonly deny: readonly string[];
};

export function toolRules(records: readonly Rec[]): readonly ToolRule[] {
  const cached = read.get(records);
  if (cached !== undefined) return cached;
  const rules = records.map((record) => {
    const value = (field: string): string => record.fields.get(field)?.value ?? '';
    return {
      tool: value('tool') || record.key,
      programs: items(value('program'), /[,\s]+/),
      allow: items(value('allow'), /[,;\n]/),
      deny: items(value('deny'), /[,;\n]/),
    };
  });
  read.set(records, rules);
  return rules;
}

/** A snapshot gives the same records each time it is asked, and every command asks. */
const read = new WeakMap<readonly Rec[], readonly ToolRule[]>();

function items(text: string, separator: RegExp): readonly string[] {
  return text
    .split(separator)
    .map((item) =>
      item
        .trim()
        .replace(/^`(.*)`$/s, '$1')
        .trim(),
    )
    .filter((item) => item !== '');
}

/**
 * Why a program must not be run with these arguments; empty when a rule allows it.
 * @param tools tools or programs that the phase allows; `undefined`: all of the registry.
 */
export function ruleReasons(
  rules: readonly ToolRule[],
  tools: readonly string[] | undefined,
  call: { readonly program: string; readonly args: readonly Word[] },
): readonly Reason[] {
  const { program, args } = call;
  const mine = rules.filter((rule) => rule.programs.includes(program));
  if (mine.length === 0)
    return [
      {
        code: 'command-unknown',
        message: `${program} is not in the tool registry (orchestration-os/OPS-TOOL-REGISTRY.md); ask the owner to add it`,
      },
    ];
  const reasons: Reason[] = [];
  if (
    tools !== undefined &&
    !mine.some((rule) => tools.includes(rule.tool) || tools.includes(program))
  ) {
    reasons.push({
      code: 'tool-not-allowed',
      message: `${program} is in the tool registry, but this phase allows ${tools.length === 0 ? 'no tools' : `only ${tools.join(', ')}`}`,
    });
  }
  const denying = mine
    .flatMap((rule) => rule.deny)
    .find((pattern) => args.some((word) => deniedBy(pattern, word.text)));
  if (denying !== undefined)
    reasons.push({
      code: 'command-denied',
      message: `the tool registry denies ${denying} for ${program}`,
    });
  if (
    args.some((word) => word.certainty === 'unknown' && !/^[^-]/.test(word.text)) &&
    mine.some((rule) => rule.deny.length > 0)
  ) {
    reasons.push({
      code: 'command-unparsable',
      message: `an argument of ${program} is not known and could be one that the tool registry denies; write it out`,
    });
  }
  if (
    !mine.some((rule) =>
      args.length === 0
        ? rule.allow.length === 0 || rule.allow.includes('*')
        : rule.allow.some((pattern) => allowedBy(pattern, args)),
    )
  ) {
    const forms = mine.flatMap((rule) => rule.allow).map((pattern) => `${program} ${pattern}`);
    reasons.push({
      code: 'command-denied',
      message: `the tool registry allows ${forms.length === 0 ? `${program} only without arguments` : forms.join(', ')}`,
    });
  }
  return reasons;
}

function allowedBy(pattern: string, args: readonly Word[]): boolean {
  if (pattern === '*') return true;
  return pattern.split(/\s+/).every((part, index) => {
    const word = args[index];
    return word !== undefined && word.certainty === 'sure' && wildcard(part, word.text);
  });
}

/**
 * Also when it is hidden in a cluster (`-nf`) or cut short (`--foll`), as option parsers accept it.
 */
function deniedBy(pattern: string, text: string): boolean {
  if (wildcard(pattern, text)) return true;
  const letter = /^-([A-Za-z])\*?$/.exec(pattern)?.[1];
  if (letter !== undefined) return new RegExp(`^-[A-Za-z0-9]*${letter}`).test(text);
  const name = text.replace(/=.*$/s, '');
  return (
    /^--\w\w/.test(pattern) &&
    name.length > 3 &&
    name.startsWith('--') &&
    pattern.replace(/\*$/, '').startsWith(name)
  );
}

/** `*` is any run of characters. Never exponential: only the last star is ever tried again. */
export function wildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    const character = pattern.charAt(p);
    if (character === '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.length && character === text.charAt(t)) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern.charAt(p) === '*') p += 1;
  return p === pattern.length;
}
