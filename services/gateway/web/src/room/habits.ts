// Speed and sound as somebody left them, and changed by keys; theatre is the page's own width.

import { sound, speedAfter } from "../domain/hotkeys.ts";
import { t } from "../i18n.ts";
import type { PlayerAdapter } from "../player/adapter.ts";
import { change, habits } from "./memory.ts";
import type { Over } from "./over.ts";

/** Give a new player the remembered speed and sound, and remember what changes. */
export function settleIn(player: PlayerAdapter, over: Over): void {
  const held = habits();
  player.setVolume(typeof held.volume === "number" ? held.volume : 1);
  player.mute(held.muted === true);
  player.setRate(sound(held.rate));
  player.on("rate", (rate) => {
    if (rate === habits().rate) return;
    change({ rate });
    over.flash(t("room.speed_now", { rate }));
  });
  let told = false;
  player.on("playing", () => (told = true));
  let loud = player.volume();
  player.on("volume", (volume, muted) => {
    // without a gesture a browser allows no sound: that silence is nobody's choice
    if (!told || !navigator.userActivation?.hasBeenActive) return;
    change({ volume, muted });
    if (volume !== loud || muted) over.flash(muted ? t("room.muted") : t("room.volume_now", { share: Math.round(volume * 100) }));
    loud = volume;
  });
}

export function speedUp(player: PlayerAdapter, direction: 1 | -1): void {
  player.setRate(speedAfter(player.rate(), direction));
}

export function isTheatre(): boolean {
  return document.documentElement.dataset["theatre"] === "on";
}

export function theatre(on: boolean): void {
  document.documentElement.dataset["theatre"] = on ? "on" : "off";
  change({ theatre: on });
}
