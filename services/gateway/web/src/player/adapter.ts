// The door to whatever plays video: the page knows only this, so that the player can be changed.

import type { Cue } from "../domain/cues.ts";

export interface Source {
  url: string;
  container: string;
}

/** Where the player lets others put things: over its picture, and among its controls. */
export interface Frame {
  layer: HTMLElement;
  bar: HTMLElement;
}

export interface PlayerEvents {
  /** Data is missing and the picture stands still although it should move. */
  waiting: () => void;
  /** The picture moves; position in seconds. */
  progress: (position: number) => void;
  paused: () => void;
  /** This source cannot be played any further; the code is the media element's. */
  error: (code: number | undefined) => void;
  ended: () => void;
  muted: (muted: boolean) => void;
  /** A source told how long it is, in seconds. */
  opened: (duration: number) => void;
  playing: () => void;
  /** Somebody went elsewhere; position in seconds. */
  seeked: (position: number) => void;
  rate: (rate: number) => void;
  volume: (volume: number, muted: boolean) => void;
  /** Other subtitles were chosen in the player's own menu; null for none. */
  subtitles: (key: string | null) => void;
  /** A person goes elsewhere in the film, and the picture is not there yet; position in seconds. */
  sought: (position: number) => void;
}

/** How playing began: `silent` because the browser allows no sound before a gesture, `blocked` if it allows nothing. */
export type Start = "playing" | "silent" | "blocked";

/** Subtitles to show over the picture, under a key of the page's own. */
export interface Subtitles {
  key: string;
  label: string;
  language: string;
  cues: readonly Cue[];
}

/** What the player measures of itself; null where it cannot. */
export interface Figures {
  width: number;
  height: number;
  /** Seconds of picture that lie ready behind the position. */
  buffered: number;
  dropped: number | null;
  frames: number | null;
  /** Bits a second. */
  bandwidth: number | null;
}

export interface PlayerAdapter {
  on<K extends keyof PlayerEvents>(name: K, listener: PlayerEvents[K]): void;
  /** Replace the source, keep rate and volume, and go on at a position in seconds. */
  load(source: Source, position: number): Promise<void>;
  /**
   * Go over to a fresh source of the same film without a break. `refused`: it did not come, and what played plays on;
   * `broken`: neither plays.
   */
  renew(source: Source): Promise<"crossed" | "refused" | "broken">;
  /** Seconds of film that are here already from the position on; Infinity when they reach its end. */
  ahead(): number;
  /** Whether the picture should move and cannot, because data is missing. */
  isStarving(): boolean;
  frame(): Frame;
  play(): Promise<Start>;
  pause(): void;
  isPaused(): boolean;
  position(): number;
  /** In seconds; null while nothing is known of the source. */
  duration(): number | null;
  seekTo(position: number): void;
  seekBy(seconds: number): void;
  volume(): number;
  setVolume(volume: number): void;
  volumeBy(step: number): void;
  mute(muted: boolean): void;
  isMuted(): boolean;
  rate(): number;
  setRate(rate: number): void;
  toggleFullscreen(): void;
  isFullscreen(): boolean;
  togglePictureInPicture(): void;
  /** Have these subtitles in the menu, instead of those before. */
  offerSubtitles(list: readonly Subtitles[]): void;
  /** Show the subtitles of a key; null for none. */
  showSubtitles(key: string | null): void;
  figures(): Figures;
  /** Where things lie that are seen over the picture, in full screen too. */
  layer(): HTMLElement;
  /** Another episode takes over: who listened hears no more, what was shown of the one before is gone, and it stands still. */
  leave(): void;
}
