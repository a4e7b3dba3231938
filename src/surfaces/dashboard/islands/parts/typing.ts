/** Whether a key belongs to a field or an open dialog, and not to the page. */

export function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  const { target } = event;
  return (
    document.querySelector('dialog[open]') !== null ||
    (target instanceof HTMLElement &&
      // A field of a dialog that has just been closed has the focus until the next frame.
      target.closest('dialog:not([open])') === null &&
      (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)))
  );
}
