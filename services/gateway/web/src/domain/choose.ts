// Which link to play and how the list is shown: pure order and grouping, no clock, no page.

import type { Link } from "../types.ts";

/** Links that may be chosen without being asked for, best first. Embeds never are. */
export function candidates(links: readonly Link[]): Link[] {
  return links.filter((link) => link.offered && link.playable && link.kind !== "embed");
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
