// Crosses from one source to a fresh one without a break: a second picture plays while the first one changes its source.

import type VideoJs from "video.js";

export type Player = ReturnType<typeof VideoJs>;
export interface Media {
  src: string;
  type: string;
}

/** `refused`: the fresh source did not come, and the old one was left alone; `broken`: the old one is gone too. */
export type Crossed = "crossed" | "refused" | "broken";

/** How far ahead the two pictures meet, in seconds of film: more, where a seek takes longer. */
const LEADS = [0.7, 2, 4];
const PATIENCE_MS = 10_000;
const LOOK_MS = 25;
const ENOUGH = 3;

export class Crossing {
  #over = false;
  /** Whether the second picture is the one that is seen. */
  shown = false;

  constructor(private readonly main: Player, private readonly second: Player, private readonly events: { moved: (position: number) => void }) {}

  get position(): number {
    return this.second.currentTime() ?? 0;
  }

  async run(media: Media): Promise<Crossed> {
    try {
      return await this.#run(media);
    } finally {
      this.#end();
    }
  }

  cancel(): void {
    this.#end();
  }

  async #run(media: Media): Promise<Crossed> {
    const { main, second } = this;
    const still = main.paused();
    const rate = main.playbackRate() ?? 1;
    second.muted(true);
    second.src(media);
    if (!(await this.#open(second))) return "refused";
    second.playbackRate(rate);
    if (!(await this.#meet(second, main))) return this.#over ? "broken" : "refused";
    const [volume, muted] = [main.volume() ?? 1, main.muted() ?? false];
    if (!still && !(await start(second))) return "refused";
    second.volume(volume);
    second.muted(muted);
    main.muted(true);
    this.#show();
    try {
      main.src(media);
      if (!(await this.#open(main))) return "broken";
      main.playbackRate(rate);
      if (!(await this.#meet(main, second))) return "broken";
      if (!still && !(await start(main))) return "broken";
      if (!still) await this.#until(() => (main.currentTime() ?? 0) > 0 && !main.paused() && main.readyState() >= ENOUGH);
      return "crossed";
    } finally {
      main.muted(muted);
    }
  }

  #show(): void {
    this.shown = true;
    this.main.addClass("is-crossing");
    this.second.addClass("is-shown");
    this.second.on("timeupdate", () => {
      if (!this.#over && !this.second.paused()) this.events.moved(this.position);
    });
  }

  /** Bring `late` to where `early` will be in a moment, and wait for that moment. */
  async #meet(late: Player, early: Player): Promise<boolean> {
    for (const lead of early.paused() ? [0] : LEADS) {
      const at = (early.currentTime() ?? 0) + lead * (early.playbackRate() ?? 1);
      late.currentTime(at);
      if (!(await this.#until(() => !late.seeking() && late.readyState() >= ENOUGH, late))) return false;
      if (lead > 0 && (early.currentTime() ?? 0) > at + 0.1) continue;
      // one that starves or was stopped will not get there: its picture may go now
      return this.#until(() => (early.currentTime() ?? 0) >= at - 0.04 || early.paused() || early.readyState() < ENOUGH);
    }
    return false;
  }

  #open(player: Player): Promise<boolean> {
    return this.#until(() => player.readyState() >= 1, player);
  }

  async #until(holds: () => boolean, player?: Player): Promise<boolean> {
    const end = Date.now() + PATIENCE_MS;
    while (!this.#over && Date.now() < end) {
      if (player?.error()) return false;
      if (holds()) return true;
      await new Promise((resolve) => window.setTimeout(resolve, LOOK_MS));
    }
    return false;
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.shown = false;
    this.main.removeClass("is-crossing");
    this.second.dispose();
  }
}

async function start(player: Player): Promise<boolean> {
  try {
    await player.play();
    return true;
  } catch {
    return false;
  }
}
