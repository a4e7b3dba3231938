/** What a model said, without what it only thought. */

/** Some servers leave the thinking in the text, closed or not, with or without its beginning. */
export function spokenText(content: string): string {
  const end = /^[\s\S]*?<\/think(?:ing)?>\s*(?:\n|$)/;
  if (/^\s*<think(?:ing)?>/.test(content)) {
    const rest = content.replace(/^[\s\S]*?<\/think(?:ing)?>\s*/, '');
    return rest === content ? '' : rest;
  }
  const closed = end.exec(content)?.[0];
  return closed === undefined || /<think(?:ing)?>/.test(closed)
    ? content
    : content.slice(closed.length);
}
