// What the bus says about uploads and downloads, and what of it moves a bar or is worth saying aloud.

export interface Told {
  kind: "upload" | "download";
  id: string;
  /** Only grows for one transfer: what comes late is older, and is left out. */
  seq: number;
  /** Null while nobody knows how large it is. */
  percent: number | null;
  sent: number;
  total: number | null;
}

/** Something changed that a bar can't show: the page is to be read again. */
const NEWS = new Set(["upload_scheduled", "upload_complete", "upload_error", "download_complete", "download_error"]);

export function isNews(type: string): boolean {
  return NEWS.has(type);
}

/** The progress that a message tells, nothing for any other message. */
export function progressOf(message: unknown): Told | null {
  const { type, data } = (message ?? {}) as { type?: unknown; data?: Record<string, unknown> };
  if (!data || (type !== "upload_progress" && type !== "download_progress")) return null;
  const kind = type === "upload_progress" ? "upload" : "download";
  const id = data[`${kind}Id`], percent = data["progress"], sent = data["bytesSent"], total = data["bytesTotal"];
  const seq = kind === "upload" ? Number(data["seq"]) : Date.parse(String(data["at"]));
  if (typeof id !== "string" || !Number.isFinite(seq)) return null;
  return {
    kind, id, seq,
    percent: typeof percent === "number" ? Math.min(100, Math.max(0, percent)) : null,
    sent: typeof sent === "number" ? sent : 0,
    total: typeof total === "number" && total > 0 ? total : null,
  };
}

/** The newer of what is known and what was told. */
export function newer(known: Told | undefined, told: Told): Told {
  return known && known.seq >= told.seq ? known : told;
}

/** A quarter that was just reached: often enough to follow by ear, and no more. */
export function milestone(before: number | null, now: number | null): number | null {
  if (now === null) return null;
  const quarter = Math.floor(now / 25) * 25;
  return before !== null && quarter > Math.floor(before / 25) * 25 ? quarter : null;
}
