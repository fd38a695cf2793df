// Whether the next episode begins by itself: the page says it, and the tick at the player changes it for good.

import { call } from "../api/client.ts";
import { keepInCookie } from "../preferences.ts";

export function autoplays(): boolean {
  return document.body.dataset["autoplay"] !== "off";
}

/** Remember a choice in this browser, and with the person where somebody signed in. */
export function setAutoplay(on: boolean, isSignedIn: boolean): void {
  document.body.dataset["autoplay"] = on ? "on" : "off";
  keepInCookie("ws_autoplay", on ? "on" : "off");
  if (isSignedIn) void call("PATCH /api/v1/me/preferences", { body: { autoplay: on } });
}
