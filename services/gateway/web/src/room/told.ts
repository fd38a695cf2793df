// What the page tells the room around the picture: who watches, what comes next, what is known of this episode.

export interface SubtitlesTold {
  id: number;
  language: string;
  label: string;
  url: string;
}

export interface Stretch {
  start: number;
  end: number;
}

export interface Told {
  episode_id: number;
  /** The series, or the film. */
  title: string;
  /** The episode in the page's words; empty for a film. */
  episode: string;
  poster: string | null;
  signed_in: boolean;
  progress: { position_s: number; duration_s: number | null; finished: boolean; watched_at: string } | null;
  prev_url: string | null;
  next_url: string | null;
  next_label: string | null;
  subtitles: SubtitlesTold[];
  marks: { intro: Stretch | null; outro: Stretch | null };
  embed_hosts: string[];
}

const NOTHING: Omit<Told, "episode_id" | "title"> = {
  episode: "", poster: null, signed_in: false, progress: null, prev_url: null, next_url: null,
  next_label: null, subtitles: [], marks: { intro: null, outro: null }, embed_hosts: [],
};

/** Read `<script id="room">`; what a page leaves out is nothing. */
export function readTold(): Told {
  const said = JSON.parse(document.getElementById("room-told")?.textContent ?? "{}") as Partial<Told>;
  return { episode_id: 0, title: document.title, ...NOTHING, ...said };
}
