// Subtitles of WebVTT or SubRip as cues: pure, and never more than text with a few harmless tags.

export interface Cue {
  start: number;
  end: number;
  text: string;
  /** WebVTT's settings of this cue, as written: "line:0 align:start". */
  settings: string;
}

/** More than any film has; beyond it a file is something else. */
export const MOST_CUES = 20_000;
export const LARGEST_FILE = 2 * 1024 * 1024;

const TIME = String.raw`(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})`;
const TIMES = new RegExp(String.raw`^\s*${TIME}\s*-->\s*${TIME}(.*)$`);
const SETTING = /^(?:line|position|size|align|vertical):[\w.,%-]+$/;

/** The cues of a file in order of time; an empty list for what is no subtitle file. */
export function cuesOf(text: string): Cue[] {
  const lines = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n").split("\n");
  const cues: Cue[] = [];
  for (let index = 0; index < lines.length && cues.length < MOST_CUES; index += 1) {
    const times = TIMES.exec(lines[index]!);
    if (!times) continue;
    const said: string[] = [];
    // some files leave no empty line between two cues: the next times end this one, with the number before them
    for (index += 1; index < lines.length && lines[index]!.trim() !== ""; index += 1) {
      if (TIMES.test(lines[index]!)) {
        if (/^\s*\d+\s*$/.test(said.at(-1) ?? "")) said.pop();
        break;
      }
      said.push(lines[index]!);
    }
    index -= 1;
    const cue = { start: seconds(times, 1), end: seconds(times, 5), text: plain(said.join("\n")), settings: settings(times[9] ?? "") };
    if (cue.end > cue.start && cue.text !== "") cues.push(cue);
  }
  return cues.sort((a, b) => a.start - b.start);
}

function seconds(times: RegExpExecArray, first: number): number {
  const [hours, minutes, whole, part] = times.slice(first, first + 4);
  return Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(whole) + Number((part ?? "0").padEnd(3, "0")) / 1000;
}

/** SubRip's own marks go; what WebVTT knows stays. */
function plain(text: string): string {
  const bare = text.replace(/\{\\[^{}]*\}/g, "").replace(/<(?!\/?(?:b|i|u|ruby|rt)>)(?:\/?[a-z]|\d)[^<>]*>/gi, "");
  return bare.replace(/<(?!\/?(?:b|i|u|ruby|rt)>)/gi, "&lt;").trim();
}

function settings(text: string): string {
  return text.trim().split(/\s+/).filter((part) => SETTING.test(part)).join(" ");
}

/** The text of a subtitle file's bytes: by its mark, else UTF-8, else what Korean files are in, else Western. */
export function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  const utf8 = strictly("utf-8", bytes);
  if (utf8 !== null) return utf8;
  const korean = strictly("euc-kr", bytes);
  return korean !== null && isHangul(korean) ? korean : new TextDecoder("windows-1252").decode(bytes);
}

function strictly(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Western text read as Korean gives a few rare signs; Korean text is mostly Hangul. */
function isHangul(text: string): boolean {
  const beyond = [...text].filter((sign) => sign.charCodeAt(0) > 127);
  return beyond.filter((sign) => sign >= "\uAC00" && sign <= "\uD7A3").length > beyond.length / 2;
}
