/** How much of an answer an agent is given. */

const MOST = 40_000;

export function clip(content: string): string {
  return content.length <= MOST
    ? content
    : `${content.slice(0, MOST)}\n… ${content.length - MOST} more characters; ask for less, or read a range of lines`;
}
