// Draws what was tried in vain: each server with the reason.

import type { Failure } from "../domain/following.ts";
import { h } from "../element.ts";
import { has, t } from "../i18n.ts";
import type { Link } from "../types.ts";
import { linkName } from "./servers.ts";

export interface Tried {
  link: Link;
  failure: Failure;
}

export function triedList(tried: readonly Tried[]): HTMLElement | null {
  if (tried.length === 0) return null;
  return h("div", { class: "tried" },
    h("h3", {}, t("tried.title")),
    h("ul", {}, ...tried.map((each) => h("li", {},
      h("span", { class: "dot dot-dead", "aria-hidden": "true" }),
      h("strong", {}, linkName(each.link)), h("span", {}, reasonOf(each))))));
}

/** What a probe saw says more than what the player met. */
function reasonOf({ link, failure }: Tried): string {
  const { state, reason } = link.health;
  if (reason && (state === "dead" || state === "suspect") && has(`reason.${reason}`)) return t(`reason.${reason}`);
  return t(`tried.${failure.reason}`);
}
