/** Of the protocol between nodes: two that follow each other work together. */
export const PROTOCOL = '1';
