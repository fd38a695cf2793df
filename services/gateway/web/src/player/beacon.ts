// Tells the gateway what a play came to: sent and forgotten, and never in the way of playing.

import { call } from "../api/client.ts";
import type { Beacon as Said } from "../api/schema.ts";
import { NO_PLAY, witness, type Moment, type Report } from "../domain/plays.ts";

const TAB_KEY = "ws_tab";

export class Beacon {
  #play = NO_PLAY;
  #ordinal = 0;
  #playId = "";

  constructor(private readonly url: string, private readonly episodeId: number) {}

  met(moment: Moment): void {
    const { play, report } = witness(this.#play, moment);
    this.#play = play;
    if (play.ordinal !== this.#ordinal) {
      this.#ordinal = play.ordinal;
      this.#playId = randomId();
    }
    if (report && this.url) this.#send(report);
  }

  #send(report: Report): void {
    const { link, position, ...said } = report;
    const body: Said = {
      ...said, play_id: this.#playId, tab_id: tabId(), episode_id: this.episodeId, link_id: link.id,
      generation: link.generation, position_s: Math.max(0, Math.round(position * 10) / 10),
    };
    if (navigator.sendBeacon?.(this.url, new Blob([JSON.stringify(body)], { type: "application/json" }))) return;
    void call("POST /api/v1/plays", { body });
  }
}

/** This tab's own random id: it tells nobody who watches, and ends with the tab. */
function tabId(): string {
  try {
    const held = sessionStorage.getItem(TAB_KEY) ?? randomId();
    sessionStorage.setItem(TAB_KEY, held);
    return held;
  } catch {
    return randomId();
  }
}

/** A UUID of version 4; `crypto.randomUUID` is missing on plain HTTP, where many home servers are. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
