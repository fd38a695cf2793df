// The door to whatever plays video: the page knows only this, so that the player can be changed.

export interface Source {
  url: string;
  container: string;
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
  /** A person goes elsewhere in the film, and the picture is not there yet; position in seconds. */
  sought: (position: number) => void;
}

/** How playing began: `silent` because the browser allows no sound before a gesture, `blocked` if it allows nothing. */
export type Start = "playing" | "silent" | "blocked";

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
  play(): Promise<Start>;
  pause(): void;
  isPaused(): boolean;
  position(): number;
  seekBy(seconds: number): void;
  volumeBy(step: number): void;
  mute(muted: boolean): void;
  isMuted(): boolean;
  toggleFullscreen(): void;
  dispose(): void;
}
