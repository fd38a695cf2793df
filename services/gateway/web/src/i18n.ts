// The page's words for scripts: they come with the page, in its language.

type Message = string | Record<string, string>;

let messages: Record<string, Message> = {};
let language = "en";

/** Take the messages from `<script id="messages">` and the language from `<html lang>`. */
export function readMessages(): void {
  language = document.documentElement.lang || "en";
  const element = document.getElementById("messages");
  messages = element?.textContent ? (JSON.parse(element.textContent) as Record<string, Message>) : {};
}

export function has(key: string): boolean {
  return key in messages;
}

/** The sentence of a key; `count` picks the plural form, a missing key answers with itself. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  let message = messages[key] ?? key;
  if (typeof message !== "string") {
    const form = typeof values["count"] === "number" ? new Intl.PluralRules(language).select(values["count"]) : "other";
    message = message[form] ?? message["other"] ?? key;
  }
  return message.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

/** What a failure code means, and what to do about it. */
export function failure(code: string): { reason: string; advice: string } {
  return {
    reason: t(has(`error.${code}`) ? `error.${code}` : "error.other"),
    advice: t(has(`advice.${code}`) ? `advice.${code}` : "advice.other"),
  };
}

/** Why plain HTTP was not enough and a browser opened the page. */
export function whyABrowser(code: string | null): string {
  return t(code !== null && has(`browser.${code}`) ? `browser.${code}` : "browser.other");
}

/** "1 h 52 min", "7 min", "40 s". */
export function duration(seconds: number): string {
  if (seconds < 60) return t("time.s", { s: Math.max(0, Math.floor(seconds)) });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t("time.min", { m: minutes });
  const h = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? t("time.h", { h }) : t("time.h_min", { h, m: minutes % 60 });
}

/** "7:12", "1:02:05": a position in a film or a countdown. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** "3 minutes ago", in the page's language. */
export function ago(at: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" });
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 45) return format.format(seconds, "second");
  if (Math.abs(seconds) < 3600) return format.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86400) return format.format(Math.round(seconds / 3600), "hour");
  return format.format(Math.round(seconds / 86400), "day");
}

/** "1.2 GB", in the page's language. */
export function fileSize(bytes: number): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : [bytes / 1e6, "MB"];
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)} ${unit}`;
}

/** "Korean" for "ko", in the page's language; the code itself where nobody knows it. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(language, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
