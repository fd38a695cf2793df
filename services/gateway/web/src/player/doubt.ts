// Asks whether a server answers at all: a browser's player hides a dead one behind minutes of its own tries.

/** So long a server may say nothing before it counts as silent. */
const PATIENCE_MS = 2500;

/** `error`: it cannot be reached, or refuses where that can be seen; `stall`: it says nothing. */
export async function listenTo(url: string): Promise<"answer" | "error" | "stall"> {
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
    return answer.type === "opaque" || answer.ok ? "answer" : "error";
  } catch {
    return late ? "stall" : "error";
  } finally {
    window.clearTimeout(timer);
    // its head is enough: nothing of the film is fetched twice
    leaving.abort();
  }
}

function isOurs(url: string): boolean {
  return new URL(url, location.href).origin === location.origin;
}
