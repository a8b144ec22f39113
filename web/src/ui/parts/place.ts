/** Puts a popover beside its button, on the side where there is room. */
export function placeBeside(popover: HTMLElement, button: HTMLElement): void {
  const gap = 6;
  const anchor = button.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const below = anchor.bottom + gap + height <= innerHeight;
  const top = below ? anchor.bottom + gap : anchor.top - gap - height;
  popover.style.top = `${Math.max(gap, Math.min(top, innerHeight - height - gap))}px`;
  const left = anchor.left + width <= innerWidth - gap ? anchor.left : anchor.right - width;
  popover.style.left = `${Math.max(gap, left)}px`;
}
