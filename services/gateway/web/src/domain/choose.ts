// Which link to play and how the list is shown: pure order and grouping, no clock, no page.

import type { Link } from "../types.ts";
import type { Candidate } from "./following.ts";
import { rankOf, type Memory } from "./memory.ts";

/** Links that may be chosen without being asked for, best first. Embeds never are. */
export function candidates(links: readonly Link[]): Link[] {
  return links.filter((link) => link.offered && link.playable && link.kind !== "embed");
}

/** A link as the failover knows it. */
export function candidateOf(link: Link): Candidate {
  const { id, generation, quality, server } = link;
  const at = link.expires_at === null ? NaN : Date.parse(link.expires_at);
  const guessed = link.expiry_basis === "default" || link.expiry_basis === "learned";
  return { id, key: `${id}:${generation}`, quality, server, expiresAt: Number.isFinite(at) ? at : null, guessed };
}

/** The gateway's order; what worked for this viewer goes before its equals: the same quality in the same health. */
export function ranked(links: readonly Link[], memory: Memory): Link[] {
  const equals = (a: Link, b: Link) =>
    a.quality === b.quality && a.state === b.state && a.offered === b.offered && a.playable === b.playable;
  const found: Link[] = [];
  for (let from = 0; from < links.length; ) {
    let to = from + 1;
    while (to < links.length && equals(links[from]!, links[to]!)) to += 1;
    found.push(...links.slice(from, to).sort((a, b) => rankOf(memory, a) - rankOf(memory, b)));
    from = to;
  }
  return found;
}

export interface Group {
  quality: number | null;
  links: Link[];
}

/** The links by quality, highest first, those of unknown quality last; inside a group their order stays, the offered first. */
export function byQuality(links: readonly Link[]): Group[] {
  const groups = new Map<number | null, Link[]>();
  for (const link of links) {
    const group = groups.get(link.quality);
    if (group) group.push(link);
    else groups.set(link.quality, [link]);
  }
  return [...groups]
    .sort(([a], [b]) => (b ?? -1) - (a ?? -1))
    .map(([quality, members]) => ({
      quality,
      links: [...members].sort((a, b) => Number(b.offered) - Number(a.offered)),
    }));
}

/** Only web addresses may become the target of a click: what came from outside is data. */
export function isWebAddress(url: string): boolean {
  return /^(https?:\/\/|\/(?!\/))/i.test(url);
}
