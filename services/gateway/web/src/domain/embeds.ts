// Which players of other hosts may be shown in a frame: pure, and only where an operator named the host.

import type { Link } from "../types.ts";

/** Whether a host is on the list: itself with its port, or below one that begins with "*.". */
export function isAllowed(url: URL, hosts: readonly string[]): boolean {
  return hosts.some((host) => {
    if (!host.startsWith("*.")) return url.host === host;
    const [name = "", port = ""] = host.slice(2).split(":");
    return url.hostname.endsWith(`.${name}`) && url.port === port;
  });
}

/** The address of a link's own player, null for what may not be shown. A page of https shows nothing of http. */
export function frameOf(link: Pick<Link, "kind" | "offered" | "url">, hosts: readonly string[], secure: boolean): string | null {
  if (link.kind !== "embed" || !link.offered) return null;
  let url: URL;
  try {
    url = new URL(link.url);
  } catch {
    return null;
  }
  const fits = url.protocol === "https:" || (url.protocol === "http:" && !secure);
  return fits && url.username === "" && isAllowed(url, hosts) ? url.href : null;
}
