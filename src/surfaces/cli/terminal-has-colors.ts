/** Whether the output goes to a terminal that shows colours. */
export function terminalHasColors(): boolean {
  return (
    process.env['NO_COLOR'] === undefined &&
    (process.stdout.isTTY === true || process.env['FORCE_COLOR'] !== undefined)
  );
}
