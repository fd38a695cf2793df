// The keyboard: watching needs no mouse.

import type { PlayerAdapter } from "./adapter.ts";

export interface KeyOptions {
  player: () => PlayerAdapter | null;
  prevUrl: string | undefined;
  nextUrl: string | undefined;
  onHelp: () => void;
}

type Action = (player: PlayerAdapter) => void;

const toggle: Action = (player) => (player.isPaused() ? void player.play() : player.pause());

const PLAYER_KEYS: Record<string, Action> = {
  " ": toggle,
  k: toggle,
  f: (player) => player.toggleFullscreen(),
  m: (player) => player.mute(!player.isMuted()),
  ArrowLeft: (player) => player.seekBy(-10),
  ArrowRight: (player) => player.seekBy(10),
  ArrowUp: (player) => player.volumeBy(0.1),
  ArrowDown: (player) => player.volumeBy(-0.1),
};

export function listenToKeys(options: KeyOptions): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isBusy(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "?") options.onHelp();
    else if (key === "n" && options.nextUrl) window.location.assign(options.nextUrl);
    else if (key === "p" && options.prevUrl) window.location.assign(options.prevUrl);
    else {
      const player = options.player();
      const action = PLAYER_KEYS[key];
      if (!player || !action) return;
      action(player);
      event.preventDefault();
    }
  });
}

/** Whether the key belongs to what has the focus: text fields, an open dialog, sliders, Space on a button. */
function isBusy(event: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open]")) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input, textarea, select, [contenteditable]")) return true;
  if (event.key.startsWith("Arrow")) return target.matches("[role=slider], [role=menuitemradio]");
  return (event.key === " " || event.key === "Enter") && target.matches("button, a[href], summary, [role=slider]");
}
