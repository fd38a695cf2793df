// Subtitles inside Video.js: offered in its menu, and shown by a key of ours.

import type VideoJs from "video.js";
import type { Subtitles } from "./adapter.ts";

type Player = ReturnType<typeof VideoJs>;

interface Track extends EventTarget {
  kind: string;
  mode: "showing" | "hidden" | "disabled";
  addCue(cue: VTTCue): void;
}

interface TrackList extends EventTarget {
  addEventListener(name: string, listener: () => void): void;
}

export class Tracks {
  #held = new Map<string, { element: unknown; track: Track }>();
  #shown: string | null = null;
  #chosen: (key: string | null) => void = () => undefined;

  constructor(private readonly player: Player) {
    (player.textTracks() as unknown as TrackList).addEventListener("change", () => this.#look());
  }

  offer(list: readonly Subtitles[]): void {
    for (const { element } of this.#held.values()) this.player.removeRemoteTextTrack(element as HTMLTrackElement);
    this.#held.clear();
    for (const subtitles of list) {
      const told = { kind: "subtitles" as const, label: subtitles.label, language: subtitles.language, srclang: subtitles.language };
      // true: it stays when another server's file takes over
      const element = this.player.addRemoteTextTrack(told as never, true) as unknown as { track: Track };
      for (const cue of subtitles.cues) element.track.addCue(made(cue));
      this.#held.set(subtitles.key, { element, track: element.track });
    }
    this.show(this.#shown);
  }

  show(key: string | null): void {
    this.#shown = key;
    for (const [name, { track }] of this.#held) {
      const mode = name === key ? "showing" : "disabled";
      if (track.mode !== mode) track.mode = mode;
    }
  }

  /** Somebody chose in the player's menu: one listens at a time. */
  onChange(listener: (key: string | null) => void): void {
    this.#chosen = listener;
  }

  #look(): void {
    const shown = [...this.#held].find(([, { track }]) => track.mode === "showing")?.[0] ?? null;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#chosen(shown);
  }
}

function made(cue: Subtitles["cues"][number]): VTTCue {
  const native = new VTTCue(cue.start, cue.end, cue.text);
  for (const setting of cue.settings.split(" ")) {
    const [name, value = ""] = setting.split(":");
    const number = Number.parseFloat(value);
    if (name === "line" && Number.isFinite(number)) {
      native.snapToLines = !value.includes("%");
      native.line = number;
    } else if (name === "position" && Number.isFinite(number)) native.position = Math.min(100, Math.max(0, number));
    else if (name === "size" && Number.isFinite(number)) native.size = Math.min(100, Math.max(0, number));
    else if (name === "align" && ["start", "center", "end", "left", "right"].includes(value)) native.align = value as AlignSetting;
  }
  return native;
}
