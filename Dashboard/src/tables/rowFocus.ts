/** Rows that stand for a resource: they can be focused, and opened by a click or by Enter. */
import { openOnClick } from "../stores/opened";

/** Puts the focus on the row of a resource, if the page shows one. */
export function focusRow(id: string): boolean {
  const row = document.querySelector(`[data-id="${CSS.escape(id)}"] .row-link`);
  (row as HTMLElement | null)?.focus();
  return row !== null;
}

/** Opens the row that was clicked, wherever in it; text may still be selected and copied. */
export function openClickedRow(event: MouseEvent): void {
  if (getSelection()?.isCollapsed === false) return;
  const target = event.target as Element;
  const row = target.closest<HTMLElement>("[data-id]");
  if (row && !target.closest("button, .details")) openOnClick(event, row.dataset["id"]!);
}
