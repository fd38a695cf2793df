// Which day a moment belongs to, for whoever looks.

/** The day of a moment as `2026-11-22`, in a time zone: the browser's own without one. */
export function dayOf(iso: string, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat("en", { year: "numeric", month: "2-digit", day: "2-digit", timeZone }).formatToParts(new Date(iso));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** What follows each other on one day, day after day. */
export function byDay<T>(items: readonly T[], day: (item: T) => string): { day: string; items: T[] }[] {
  const groups: { day: string; items: T[] }[] = [];
  for (const item of items) {
    const of = day(item);
    const last = groups.at(-1);
    if (last?.day === of) last.items.push(item);
    else groups.push({ day: of, items: [item] });
  }
  return groups;
}
