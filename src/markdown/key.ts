/** The key of a document, from its path, and of a section, from its heading. */

/** What the first `*` of `glob` matched in `path`, else the name of the file without `.md`. */
export function documentKey(path: string, glob: string): string {
  const star = glob.indexOf('*');
  if (star !== -1) {
    const captured = captureFirst(glob, star).exec(path)?.[1];
    if (captured !== undefined) return captured;
  }
  return (path.split('/').at(-1) ?? path).replace(/\.md$/i, '');
}

/** The first word of a heading, without code marks and a trailing colon, and the rest of it. */
export function sectionKey(heading: string): {
  readonly key: string;
  readonly title: string;
  readonly keyAt: number;
  readonly titleAt: number;
} {
  const [, marks = '', word = '', close = '', gap = ''] =
    /^(`?)([^\s`]*?)(`?:?)(?:(\s+(?:[-—–:]\s+)?)|$)/.exec(heading) ?? [];
  const titleAt = marks.length + word.length + close.length + gap.length;
  return { key: word, title: heading.slice(titleAt), keyAt: marks.length, titleAt };
}

const captures = new Map<string, RegExp>();

function captureFirst(glob: string, star: number): RegExp {
  const cached = captures.get(glob);
  if (cached) return cached;
  const wide = glob.startsWith('**', star);
  const source = `^${pattern(glob.slice(0, star))}(${wide ? '.*' : '[^/]*'})${pattern(glob.slice(star + (wide ? 2 : 1)))}$`;
  const made = new RegExp(source, 's');
  captures.set(glob, made);
  return made;
}

function pattern(glob: string): string {
  return glob
    .split(/(\*\*\/|\*\*|\*|\?|\{[^{}]*\})/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      if (part.startsWith('{') && part.endsWith('}'))
        return `(?:${part.slice(1, -1).split(',').map(escape).join('|')})`;
      return escape(part);
    })
    .join('');
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
