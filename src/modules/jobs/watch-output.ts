/** Looks for forbidden patterns in an output of any length while it comes. */
import { StringDecoder } from 'node:string_decoder';
import { countMatches } from '../../governance/conditions/regex.js';

/** Text is looked at in windows of at least this many characters, which end with a line. */
const WINDOW = 64 * 1024;

/**
 * `end` gives one sentence for each pattern that was found or could not be used. Case does not
 * matter, and `^` and `$` are the ends of lines.
 */
export function watchOutput(patterns: readonly string[]): {
  push(chunk: Buffer | string): void;
  end(): readonly string[];
} {
  const decoder = new StringDecoder('utf8');
  const problems = new Map<string, string>();
  const compiled = patterns.flatMap((source) => {
    try {
      return [{ source, pattern: new RegExp(source, 'im') }];
    } catch {
      problems.set(source, `the pattern "${source}" is not a regular expression`);
      return [];
    }
  });
  let text = '';
  const look = (part: string): void => {
    for (const { source, pattern } of compiled) {
      if (problems.has(source)) continue;
      const found = countMatches(pattern, part, { limit: 1 });
      if (found.kind === 'timed-out')
        problems.set(source, `the pattern /${source}/ takes too long on the output`);
      else if (found.count > 0) problems.set(source, `the output matches /${source}/`);
    }
  };
  return {
    push(chunk) {
      if (compiled.length === 0) return;
      text += typeof chunk === 'string' ? chunk : decoder.write(chunk);
      if (text.length < WINDOW) return;
      const cut = text.lastIndexOf('\n') + 1 || text.length;
      look(text.slice(0, cut));
      text = text.slice(cut);
    },
    end() {
      look(text + decoder.end());
      return [...problems.values()];
    },
  };
}
