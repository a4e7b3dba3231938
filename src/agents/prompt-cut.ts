/** Notices a server that silently drops the beginning of a prompt that is too long for it. */

/** Fewer tokens are the answer of a script, or only what was new to a server's cache. */
const FEWEST = 1024;

export type PromptCut = {
  /**
   * Call it for each answer.
   * @param reported tokens of the prompt, by the server.
   * @param estimated the same, by us, without the tools.
   * @returns the server's limit, if the prompt was cut there.
   */
  heard(reported: number | undefined, estimated: number): number | undefined;
};

export function promptCut(): PromptCut {
  let [most, atMost, answers] = [0, 0, 0];
  return {
    heard(reported, estimated) {
      if (reported === undefined || reported < FEWEST) return undefined;
      const isFirst = most === 0;
      if (isFirst && isLimit(reported) && estimated > reported * 1.25) return reported;
      if (reported > most * 1.02) {
        [most, atMost, answers] = [reported, estimated, 1];
        return undefined;
      }
      // Far fewer: the server counts only what it had not cached.
      if (reported < most / 2) return undefined;
      answers += 1;
      return answers >= 3 && estimated > atMost * 1.25 && estimated > atMost + 500
        ? most
        : undefined;
    },
  };
}

/** Limits are round: 2048, 4096, 32768; a server may keep one place for its answer. */
function isLimit(tokens: number): boolean {
  return [0, 1, 255].includes(tokens % 256);
}
