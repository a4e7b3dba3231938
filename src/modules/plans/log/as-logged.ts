/** A value as the log has it: JSON, in which nothing is `undefined`. */
export function asLogged(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
