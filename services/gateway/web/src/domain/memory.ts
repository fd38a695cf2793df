// What worked for this viewer: which servers, by quality, and the quality that they chose. Pure; where it is kept is not said.

export interface Memory {
  /** The quality that a person chose last; null leaves it to the player. */
  quality: number | null;
  /** By quality, the servers that played, the latest first. */
  worked: Readonly<Record<string, readonly string[]>>;
}

interface Played {
  quality: number | null;
  server: string;
}

export const NOTHING_KNOWN: Memory = { quality: null, worked: {} };

/** More servers of one quality than a title has. */
const MOST = 12;
const MOST_QUALITIES = 12;

/** It played here: it goes to the front. */
export function itWorked(memory: Memory, link: Played): Memory {
  return withServers(memory, link, [link.server, ...others(memory, link)].slice(0, MOST));
}

/** It failed here: it is as good as any other again. */
export function itFailed(memory: Memory, link: Played): Memory {
  return withServers(memory, link, others(memory, link));
}

/** The place among those that worked; all others share the last. */
export function rankOf(memory: Memory, link: Played): number {
  const place = memory.worked[nameOf(link)]?.indexOf(link.server) ?? -1;
  return place < 0 ? MOST : place;
}

/** What was kept, as far as it makes sense: anybody may have written there. */
export function readMemory(text: string | null): Memory {
  let said: unknown;
  try {
    said = JSON.parse(text ?? "null");
  } catch {
    return NOTHING_KNOWN;
  }
  if (typeof said !== "object" || said === null) return NOTHING_KNOWN;
  const { quality, worked } = said as Record<string, unknown>;
  const lists = typeof worked === "object" && worked !== null ? Object.entries(worked) : [];
  const names = (value: unknown) => (Array.isArray(value) ? value.filter((name) => typeof name === "string").slice(0, MOST) : []);
  return {
    quality: typeof quality === "number" && Number.isFinite(quality) ? quality : null,
    worked: Object.fromEntries(lists.slice(0, MOST_QUALITIES).map(([name, value]) => [name, names(value)])),
  };
}

function nameOf({ quality }: Played): string {
  return quality === null ? "any" : String(quality);
}

function others(memory: Memory, link: Played): readonly string[] {
  return (memory.worked[nameOf(link)] ?? []).filter((server) => server !== link.server);
}

function withServers(memory: Memory, link: Played, servers: readonly string[]): Memory {
  return { ...memory, worked: { ...memory.worked, [nameOf(link)]: servers } };
}
