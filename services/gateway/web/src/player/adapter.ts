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
}

/** How playing began: `silent` because the browser allows no sound before a gesture, `blocked` if it allows nothing. */
export type Start = "playing" | "silent" | "blocked";

export interface PlayerAdapter {
  on<K extends keyof PlayerEvents>(name: K, listener: PlayerEvents[K]): void;
  /** Replace the source, keep rate and volume, and go on at a position in seconds. */
  load(source: Source, position: number): Promise<void>;
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
