// A calendar that came with the days of UTC, under the days of whoever looks.

import { byDay, dayOf } from "./domain/days.ts";

interface Slot {
  row: HTMLTableRowElement;
  at: string;
}

/** Put the rows of `[data-days]` under the days of this browser's time zone. */
export function groupByDay(): void {
  for (const calendar of document.querySelectorAll<HTMLElement>("[data-days]")) regroup(calendar);
}

function regroup(calendar: HTMLElement): void {
  const sections = [...calendar.querySelectorAll<HTMLElement>("section")].filter((section) => dayIn(section));
  const pattern = sections[0]?.cloneNode(true) as HTMLElement | undefined;
  const after = sections.at(-1)?.nextSibling ?? null;
  if (!pattern) return;
  const groups = byDay(sections.flatMap(slotsOf), ({ at }) => dayOf(at));
  for (const section of sections) section.remove();
  groups.forEach(({ day, items }, index) => {
    const section = pattern.cloneNode(true) as HTMLElement;
    const [heading, time] = [section.querySelector("h2"), dayIn(section)];
    if (!heading || !time) return;
    heading.id = `day-of-${index}`;
    for (const named of [section, ...section.querySelectorAll("[aria-labelledby]")]) named.setAttribute("aria-labelledby", heading.id);
    time.dateTime = day;
    section.querySelector("tbody")?.replaceChildren(...items.map(({ row }) => row));
    calendar.insertBefore(section, after);
  });
}

function dayIn(section: HTMLElement): HTMLTimeElement | null {
  return section.querySelector<HTMLTimeElement>("time[data-day]");
}

function slotsOf(section: HTMLElement): Slot[] {
  return [...section.querySelectorAll<HTMLTableRowElement>("tbody tr")].map((row) => ({
    row,
    at: row.querySelector<HTMLTimeElement>("time[datetime]")?.dateTime ?? "",
  }));
}
