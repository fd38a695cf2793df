// The keyboard: watching needs no mouse.

import { wishOf, type Deed } from "../domain/hotkeys.ts";
import type { PlayerAdapter } from "./adapter.ts";

export interface KeyOptions {
  player: () => PlayerAdapter | null;
  /** What is done without a picture too; false where there is nothing to do. */
  around: (deed: Deed) => boolean;
}

type Action = (player: PlayerAdapter) => void;

const PLAYER_DEEDS: Partial<Record<Deed, Action>> = {
  toggle: (player) => (player.isPaused() ? void player.play() : player.pause()),
  fullscreen: (player) => player.toggleFullscreen(),
  mute: (player) => player.mute(!player.isMuted()),
  pip: (player) => player.togglePictureInPicture(),
  back: (player) => player.seekBy(-10),
  forward: (player) => player.seekBy(10),
  step_back: (player) => player.seekBy(-5),
  step_forward: (player) => player.seekBy(5),
  louder: (player) => player.volumeBy(0.1),
  quieter: (player) => player.volumeBy(-0.1),
};

export function listenToKeys(options: KeyOptions, signal: AbortSignal): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    const wish = wishOf(event);
    if (!wish || isBusy(event)) return;
    if (event.repeat && !REPEATS.has(wish.type)) return;
    if (wish.type !== "jump" && options.around(wish.type)) return event.preventDefault();
    const player = options.player();
    if (!player) return;
    if (wish.type === "jump") {
      const duration = player.duration();
      if (duration === null) return;
      player.seekTo(duration * wish.share);
    } else {
      const action = PLAYER_DEEDS[wish.type];
      if (!action) return;
      action(player);
    }
    event.preventDefault();
  }, { signal });
}

/** What holding a key down goes on with. */
const REPEATS = new Set(["back", "forward", "step_back", "step_forward", "louder", "quieter", "slower", "faster"]);

/** Whether the key belongs to what has the focus: text fields, an open dialog, sliders, Space on a button. */
function isBusy(event: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open]")) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("textarea, select, [contenteditable]") || (target.matches("input") && !isTick(target))) return true;
  if (event.key.startsWith("Arrow")) return target.matches("[role=slider], [role=menuitemradio]");
  if (event.key === "Escape") return target.closest(".vjs-menu") !== null;
  return (event.key === " " || event.key === "Enter") && target.matches("button, a[href], summary, input, [role=slider], [role=menuitemradio]");
}

function isTick(target: HTMLElement): boolean {
  return target instanceof HTMLInputElement && (target.type === "checkbox" || target.type === "radio" || target.type === "file");
}
