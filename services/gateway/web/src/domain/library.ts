// Decisions of the library's page: which address stands for what is chosen, and which page is looked at.

/** So many pages come by themselves; then somebody asks, so that the foot of the page can be reached. */
export const BY_ITSELF = 4;

/** The address of what a form says, without what is empty: the same one the form itself would lead to. */
export function addressOfFields(path: string, fields: Iterable<[string, string]>): string {
  const said = new URLSearchParams();
  for (const [name, value] of fields) if (value.trim() !== "") said.append(name, value.trim());
  return said.size > 0 ? `${path}?${said}` : path;
}

/** Which page of a long list is looked at: the last one that begins above the line. Tops are in order. */
export function pageLookedAt(tops: readonly number[], line: number): number {
  let page = 0;
  tops.forEach((top, index) => {
    if (top <= line) page = index;
  });
  return page;
}

export interface Place {
  /** The address that the place belongs to, and those of all pages that were shown. */
  at: string;
  pages: string[];
  y: number;
  /** Where the link led that somebody followed. */
  followed: string | null;
}

/** A place that was kept, if it is one, and belongs to this address. */
export function readPlace(kept: string | null, at: string): Place | null {
  if (kept === null) return null;
  let said: unknown;
  try {
    said = JSON.parse(kept);
  } catch {
    return null;
  }
  if (typeof said !== "object" || said === null) return null;
  const place = said as Partial<Place>;
  const pages = Array.isArray(place.pages) && place.pages.every((page) => typeof page === "string") ? place.pages : [];
  if (place.at !== at || typeof place.y !== "number" || !pages.includes(at)) return null;
  return { at, pages, y: place.y, followed: typeof place.followed === "string" ? place.followed : null };
}

/** After so many milliseconds a refused question may be asked again. */
export function patience(retryAfter: string | null): number {
  const seconds = Number(retryAfter);
  return 1000 * (Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) : 5);
}
