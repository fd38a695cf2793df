// Subtitles: the operator's and files of this viewer's own, which never leave the browser; the choice is remembered.

import { cuesOf, decoded, LARGEST_FILE } from "../domain/cues.ts";
import { chosenOf } from "../domain/languages.ts";
import { h } from "../element.ts";
import { languageName, t } from "../i18n.ts";
import type { PlayerAdapter, Subtitles as Offered } from "../player/adapter.ts";
import { icon } from "./icons.ts";
import { change, habits } from "./memory.ts";
import type { Over } from "./over.ts";
import type { SubtitlesTold, Told } from "./told.ts";

interface Choice {
  key: string;
  language: string;
  label: string;
}

const FILE = "file";

export class Subtitles {
  readonly #select = h("select", { change: () => void this.#choose(this.#select.value || null) });
  readonly #choices: Choice[];
  /** What was read already, by key. */
  #read = new Map<string, Offered>();
  #player: PlayerAdapter | null = null;
  #shown: string | null = null;
  /** Shown last in this page, for the key that turns them on again. */
  #last: string | null = null;

  constructor(private readonly told: Told, private readonly over: Over, place: HTMLElement) {
    this.#choices = told.subtitles.map((each) => ({ key: String(each.id), language: each.language, label: named(each) }));
    const file = h("input", { type: "file", accept: ".srt,.vtt,text/vtt,application/x-subrip", class: "visually-hidden", id: "room-file", change: () => void this.#open(file) });
    place.append(
      h("label", { class: "room-choice", title: t("room.subtitles") }, h("span", { class: "room-word" }, t("room.subtitles")), this.#select),
      file, h("label", { class: "button button-quiet button-small room-file", for: "room-file", title: t("room.subtitles_file") },
        icon("file"), h("span", { class: "room-word" }, t("room.subtitles_file"))));
    this.#shown = chosenOf(this.#choices, habits().subtitles);
    this.#draw();
  }

  watch(player: PlayerAdapter): void {
    this.#player = player;
    player.on("subtitles", (key) => void this.#choose(key));
    // the menu of the player has them all from the beginning; their words come when they are asked for
    this.#offer();
    if (this.#shown !== null) void this.#show(this.#shown);
  }

  /** Another episode takes over: what still comes is not for its player. */
  leave(): void {
    this.#player = null;
  }

  /** The key: off, or on again as last, or the first there is. False where there are none. */
  toggle(): boolean {
    if (this.#choices.length === 0) return false;
    void this.#choose(this.#shown === null ? (this.#last ?? this.#choices[0]!.key) : null);
    return true;
  }

  async #choose(key: string | null): Promise<void> {
    const choice = this.#choices.find((each) => each.key === key);
    change({ subtitles: choice?.language ?? "" });
    this.over.flash(choice ? t("room.subtitles_now", { label: choice.label }) : t("room.subtitles_off"));
    await this.#show(choice?.key ?? null);
  }

  async #show(key: string | null): Promise<void> {
    if (this.#shown !== null) this.#last = this.#shown;
    this.#shown = key;
    this.#draw();
    if (key !== null && !(await this.#fetched(key))) return;
    if (this.#shown === key) this.#player?.showSubtitles(key);
  }

  /** Have the words of a choice; false where they cannot be had. */
  async #fetched(key: string): Promise<boolean> {
    if (this.#read.has(key)) return true;
    const told = this.told.subtitles.find((each) => String(each.id) === key);
    const choice = this.#choices.find((each) => each.key === key);
    if (!told || !choice) return false;
    try {
      const answer = await fetch(told.url, { credentials: "same-origin" });
      if (!answer.ok) return false;
      this.#read.set(key, { ...choice, cues: cuesOf(await answer.text()) });
    } catch {
      // the picture goes on without
      return false;
    }
    this.#offer();
    return true;
  }

  async #open(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    const cues = file.size > LARGEST_FILE ? [] : cuesOf(decoded(new Uint8Array(await file.arrayBuffer())));
    if (cues.length === 0) return this.over.flash(t("room.subtitles_bad"));
    const choice = { key: FILE, language: "und", label: file.name.slice(0, 60) };
    const held = this.#choices.findIndex((each) => each.key === FILE);
    this.#choices.splice(held < 0 ? this.#choices.length : held, held < 0 ? 0 : 1, choice);
    this.#read.set(FILE, { ...choice, cues });
    this.#offer();
    this.over.flash(t("room.subtitles_now", { label: choice.label }));
    await this.#show(FILE);
  }

  #offer(): void {
    this.#player?.offerSubtitles(this.#choices.map((choice) => this.#read.get(choice.key) ?? { ...choice, cues: [] }));
  }

  #draw(): void {
    const option = (value: string, label: string) => h("option", { value }, label);
    this.#select.replaceChildren(option("", t("room.subtitles_none")), ...this.#choices.map((choice) => option(choice.key, choice.label)));
    this.#select.value = this.#shown ?? "";
    this.#select.disabled = this.#choices.length === 0;
  }
}

function named(told: SubtitlesTold): string {
  return [languageName(told.language), told.label].filter(Boolean).join(" · ");
}
