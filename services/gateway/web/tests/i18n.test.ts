import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, clock, duration, fileSize, failure, readMessages, t } from "../src/i18n.ts";
import english from "../../wellspring_gateway/locales/en.json";
import indonesian from "../../wellspring_gateway/locales/id.json";

function speak(language: string, catalogue: Record<string, unknown>): void {
  const messages = Object.fromEntries(Object.entries(catalogue).map(([key, message]) => [key.replace(/^js\./, ""), message]));
  const element = { textContent: JSON.stringify(messages) };
  Object.assign(globalThis, { document: { documentElement: { lang: language }, getElementById: () => element } });
  readMessages();
}

test("times are told in the page's language", () => {
  speak("en", english);
  assert.equal(duration(6720), "1 h 52 min");
  assert.equal(duration(7200), "2 h");
  assert.equal(duration(59.9), "59 s");
  assert.equal(clock(432), "7:12");
  assert.equal(clock(3725), "1:02:05");
  assert.equal(ago(0, 3 * 60_000), "3 minutes ago");
  assert.equal(fileSize(1_234_000_000), "1.2 GB");
  speak("id", indonesian);
  assert.equal(duration(6720), "1 j 52 mnt");
  assert.equal(ago(0, 3 * 60_000), "3 menit yang lalu");
});

test("the plural form follows the count", () => {
  speak("en", english);
  assert.equal(t("step.found", { count: 1 }), "found 1 server");
  assert.equal(t("step.found", { count: 3 }), "found 3 servers");
  speak("id", indonesian);
  assert.equal(t("step.found", { count: 1 }), "1 server ditemukan");
});

test("an unknown code is still explained, and a missing key answers with itself", () => {
  speak("en", english);
  assert.equal(failure("never_heard_of").reason, english["js.error.other"]);
  assert.equal(failure("drift").advice, english["js.advice.drift"]);
  assert.equal(t("no.such.key"), "no.such.key");
});
