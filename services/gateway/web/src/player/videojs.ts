// Video.js behind our own door; loaded only when there is something to play.

import type VideoJs from "video.js";
import { SPEEDS } from "../domain/hotkeys.ts";
import type { Figures, PlayerAdapter, PlayerEvents, Source, Start, Subtitles } from "./adapter.ts";
import { Crossing, type Media } from "./crossing.ts";
import { Tracks } from "./tracks.ts";
import { INDONESIAN } from "./videojs-id.ts";

type Player = ReturnType<typeof VideoJs>;

const TYPES: Record<string, string> = {
  mp4: "video/mp4",
  webm: "video/webm",
  mkv: "video/webm",
  hls: "application/x-mpegURL",
  dash: "application/dash+xml",
};

/** Make a player inside `host`. Video.js writes no style elements, so that a strict style-src holds. */
export async function createVideoJs(host: HTMLElement): Promise<PlayerAdapter> {
  (window as { VIDEOJS_NO_DYNAMIC_STYLE?: boolean }).VIDEOJS_NO_DYNAMIC_STYLE = true;
  const { default: videojs } = await import("video.js");
  videojs.addLanguage("id", INDONESIAN);
  const element = document.createElement("video-js");
  host.replaceChildren(element);
  const player = videojs(element, {
    controls: true,
    fill: true,
    preload: "auto",
    playsinline: true,
    errorDisplay: false,
    language: document.documentElement.lang,
    playbackRates: [...SPEEDS],
    controlBar: { skipButtons: { backward: 10, forward: 10 }, volumePanel: { inline: true } },
  });
  return new VideoJsAdapter(player, () => {
    const second = document.createElement("video-js");
    second.className = "second";
    player.el().insertBefore(second, player.tech(true).el().nextSibling);
    return videojs(second, { controls: false, fill: true, preload: "auto", playsinline: true, errorDisplay: false, loadingSpinner: false });
  });
}

function mediaOf(source: Source): Media {
  return { src: source.url, type: TYPES[source.container] ?? "video/mp4" };
}

class VideoJsAdapter implements PlayerAdapter {
  readonly #tracks: Tracks;
  #crossing: Crossing | null = null;
  #loads = 0;
  /** Changing the source stops the picture, which is nobody's wish. */
  #loading = false;
  #moved: ((position: number) => void)[] = [];
  #heard: [string | string[], () => void][] = [];
  /** As somebody wants it: a source that opens begins with 1. */
  #rate = 1;

  constructor(private readonly player: Player, private readonly second: () => Player) {
    this.#tracks = new Tracks(player);
    player.on("ratechange", () => (this.#rate = this.#isAsked ? (player.playbackRate() ?? 1) : this.#rate));
  }

  /** Whether what the player tells may be somebody's wish, and no change of the source. */
  get #isAsked(): boolean {
    return !this.#loading && !this.#crossing?.shown;
  }

  on<K extends keyof PlayerEvents>(name: K, listener: PlayerEvents[K]): void {
    const { player } = this;
    const hear = (names: string | string[], call: () => void) => {
      player.on(names, call);
      this.#heard.push([names, call]);
    };
    const tell = listener as (value?: unknown) => void;
    // while a second picture is seen, what the first one does is nobody's business
    const call = (value?: unknown) => {
      if (!this.#crossing?.shown) tell(value);
    };
    if (name === "progress") {
      this.#moved.push(tell);
      hear("timeupdate", () => {
        // one that starves tells its place once more, and does not move
        if (!player.paused() && !player.seeking() && player.readyState() >= 3) call(this.position());
      });
    } else if (name === "waiting") hear(["waiting", "stalled"], () => this.isStarving() && call());
    else if (name === "paused") hear("pause", () => !this.#loading && call());
    else if (name === "error") hear("error", () => player.error() && call(player.error()?.code));
    else if (name === "sought") hear("seeking", () => player.readyState() > 0 && call(this.position()));
    else if (name === "ended") hear("ended", () => call());
    else if (name === "opened") hear("loadedmetadata", () => call(this.duration() ?? 0));
    else if (name === "playing") hear("playing", () => call());
    else if (name === "seeked") hear("seeked", () => call(this.position()));
    else if (name === "rate") hear("ratechange", () => this.#isAsked && call(this.rate()));
    else if (name === "volume") hear("volumechange", () => this.#isAsked && (listener as PlayerEvents["volume"])(this.volume(), this.isMuted()));
    else if (name === "subtitles") this.#tracks.onChange(listener as PlayerEvents["subtitles"]);
    else hear("volumechange", () => call(this.isMuted()));
  }

  load(source: Source, position: number): Promise<void> {
    const turn = ++this.#loads;
    this.#loading = true;
    this.#crossing?.cancel();
    const rate = this.#rate;
    this.player.error(undefined);
    this.player.src(mediaOf(source));
    return new Promise((resolve) => {
      this.player.one("loadedmetadata", () => {
        if (turn !== this.#loads) return resolve();
        this.player.playbackRate(rate);
        if (position > 0) this.player.currentTime(position);
        this.#loading = false;
        resolve();
      });
      this.player.one("error", () => resolve());
    });
  }

  async renew(source: Source): Promise<"crossed" | "refused" | "broken"> {
    this.#crossing?.cancel();
    const moved = (position: number) => this.#moved.forEach((tell) => tell(position));
    const crossing = new Crossing(this.player, this.second(), { moved });
    this.#crossing = crossing;
    const outcome = await crossing.run(mediaOf(source));
    if (this.#crossing === crossing) this.#crossing = null;
    return outcome;
  }

  frame(): ReturnType<PlayerAdapter["frame"]> {
    const layer = this.player.el() as HTMLElement;
    return { layer, bar: layer.querySelector<HTMLElement>(":scope > .vjs-control-bar") ?? layer };
  }

  ahead(): number {
    const [buffered, at, end] = [this.player.buffered(), this.position(), this.player.duration() ?? Infinity];
    for (let index = 0; index < buffered.length; index += 1) {
      if (buffered.start(index) > at + 0.5 || buffered.end(index) < at) continue;
      return buffered.end(index) >= end - 0.5 ? Infinity : buffered.end(index) - at;
    }
    return 0;
  }

  async play(): Promise<Start> {
    if (await this.#tryToPlay()) return "playing";
    const wasMuted = this.isMuted();
    this.player.muted(true);
    if (await this.#tryToPlay()) return wasMuted ? "playing" : "silent";
    this.player.muted(wasMuted);
    return "blocked";
  }

  pause(): void {
    this.player.pause();
  }

  isPaused(): boolean {
    return this.player.paused();
  }

  position(): number {
    return this.#crossing?.shown ? this.#crossing.position : (this.player.currentTime() ?? 0);
  }

  duration(): number | null {
    const duration = this.player.duration();
    return duration !== undefined && Number.isFinite(duration) && duration > 0 ? duration : null;
  }

  seekTo(position: number): void {
    this.player.currentTime(Math.max(0, Math.min(position, this.duration() ?? position)));
  }

  seekBy(seconds: number): void {
    this.seekTo(this.position() + seconds);
  }

  volume(): number {
    return this.player.volume() ?? 1;
  }

  setVolume(volume: number): void {
    this.player.volume(Math.min(1, Math.max(0, volume)));
  }

  volumeBy(step: number): void {
    this.setVolume(this.volume() + step);
  }

  mute(muted: boolean): void {
    this.player.muted(muted);
  }

  isMuted(): boolean {
    return this.player.muted() ?? false;
  }

  toggleFullscreen(): void {
    if (this.player.isFullscreen()) void this.player.exitFullscreen();
    else void this.player.requestFullscreen();
  }

  rate(): number {
    return this.#rate;
  }

  setRate(rate: number): void {
    this.#rate = rate;
    this.player.playbackRate(rate);
  }

  isFullscreen(): boolean {
    return this.player.isFullscreen() ?? false;
  }

  togglePictureInPicture(): void {
    // a browser may know neither the word nor the wish, or want a gesture first
    const leave = this.player.isInPictureInPicture();
    void Promise.resolve(leave ? this.player.exitPictureInPicture() : this.player.requestPictureInPicture()).catch(() => undefined);
  }

  offerSubtitles(list: readonly Subtitles[]): void {
    this.#tracks.offer(list);
  }

  showSubtitles(key: string | null): void {
    this.#tracks.show(key);
  }

  figures(): Figures {
    const { player } = this;
    const quality = player.getVideoPlaybackQuality() as Partial<VideoPlaybackQuality>;
    const vhs = (player.tech(true) as { vhs?: { bandwidth?: number } } | undefined)?.vhs;
    return {
      width: player.videoWidth(), height: player.videoHeight(), buffered: Math.min(this.ahead(), Math.max(0, (this.duration() ?? 0) - this.position())),
      dropped: quality.droppedVideoFrames ?? null, frames: quality.totalVideoFrames ?? null, bandwidth: vhs?.bandwidth ?? null,
    };
  }

  layer(): HTMLElement {
    return this.player.el() as HTMLElement;
  }

  leave(): void {
    this.#loads += 1;
    this.#crossing?.cancel();
    for (const [names, call] of this.#heard) this.player.off(names, call);
    [this.#heard, this.#moved] = [[], []];
    this.#tracks.onChange(() => undefined);
    this.#tracks.show(null);
    this.#tracks.offer([]);
    this.player.pause();
  }

  isStarving(): boolean {
    return !this.#crossing?.shown && !this.player.paused() && this.player.readyState() < 3;
  }

  async #tryToPlay(): Promise<boolean> {
    try {
      await this.player.play();
      return true;
    } catch (error) {
      // Only a refusal of the browser counts here; a broken source tells by its own event.
      return !(error instanceof DOMException && error.name === "NotAllowedError");
    }
  }
}
