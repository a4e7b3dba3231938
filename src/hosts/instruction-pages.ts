/** Pages in which a repository tells agents how to work, as the hosts name them. */

export const INSTRUCTION_PAGES = /(?:^|\/)(?:AGENTS\.md|CLAUDE\.md)$/;
