// Media keys and lock screens: what plays, and what their buttons do.

import type { PlayerAdapter } from "../player/adapter.ts";
import type { Told } from "./told.ts";

export function tellSystem(player: PlayerAdapter, told: Told, go: (url: string) => void): void {
  if (!("mediaSession" in navigator)) return;
  const session = navigator.mediaSession;
  const artwork = told.poster ? [{ src: told.poster }] : [];
  const words = told.episode ? { title: told.episode, artist: told.title, album: told.title } : { title: told.title };
  session.metadata = new MediaMetadata({ ...words, artwork });
  const { prev_url: previous, next_url: next } = told;
  const handlers: [MediaSessionAction, MediaSessionActionHandler | null][] = [
    ["play", () => void player.play()],
    ["pause", () => player.pause()],
    ["seekbackward", ({ seekOffset }) => player.seekBy(-(seekOffset ?? 10))],
    ["seekforward", ({ seekOffset }) => player.seekBy(seekOffset ?? 10)],
    ["seekto", ({ seekTime }) => seekTime !== undefined && player.seekTo(seekTime)],
    ["previoustrack", previous ? () => go(previous) : null],
    ["nexttrack", next ? () => go(next) : null],
  ];
  for (const [action, handler] of handlers) {
    try {
      session.setActionHandler(action, handler);
    } catch {
      // not every browser knows every action
    }
  }
  const tell = () => {
    const duration = player.duration();
    if (duration === null) return;
    session.playbackState = player.isPaused() ? "paused" : "playing";
    session.setPositionState?.({ duration, playbackRate: player.rate(), position: Math.min(player.position(), duration) });
  };
  for (const moment of ["opened", "playing", "paused", "seeked", "rate"] as const) player.on(moment, tell);
}
