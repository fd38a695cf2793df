// Asks whether a server answers at all: a browser's player hides a dead one behind minutes of its own tries.

import type { Source } from "./adapter.ts";

/** So long a server may say nothing before it counts as silent. */
const PATIENCE_MS = 2500;

let looks = 0;

const FILES = new Set(["mp4", "webm", "mkv"]);

/** `error`: it cannot be reached, or refuses where that can be seen; `stall`: it says nothing. */
export async function listenTo({ url, container }: Source): Promise<"answer" | "error" | "stall"> {
  // without a network of our own nobody can be blamed
  if (!navigator.onLine) return "answer";
  const leaving = new AbortController();
  let late = false;
  const timer = window.setTimeout(() => {
    late = true;
    leaving.abort();
  }, PATIENCE_MS);
  try {
    const how: RequestInit = isOurs(url) ? { mode: "same-origin" } : { mode: "no-cors", credentials: "omit" };
    const answer = await fetch(url, { ...how, cache: "no-store", signal: leaving.signal });
    if (answer.type !== "opaque") return answer.ok ? "answer" : "error";
    leaving.abort();
    return FILES.has(container) && (await isRefused(url)) ? "error" : "answer";
  } catch {
    return late ? "stall" : "error";
  } finally {
    window.clearTimeout(timer);
    // its head is enough: nothing of the film is fetched twice
    leaving.abort();
  }
}

/** A refusal of another host's is hidden from scripts, and a picture that plays asks it again for minutes: a new one tells at once. */
function isRefused(url: string): Promise<boolean> {
  const picture = document.createElement("video");
  return new Promise<boolean>((resolve) => {
    picture.addEventListener("error", () => resolve(true));
    picture.addEventListener("loadedmetadata", () => resolve(false));
    window.setTimeout(() => resolve(false), PATIENCE_MS);
    picture.muted = true;
    picture.preload = "metadata";
    // a name of its own: a browser shares what it has of one address among all its pictures
    picture.src = `${url.split("#", 1)[0]}#look-${++looks}`;
  }).finally(() => {
    picture.removeAttribute("src");
    picture.load();
  });
}

function isOurs(url: string): boolean {
  return new URL(url, location.href).origin === location.origin;
}
