import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { addressOf, call } from "../src/api/client.ts";

const before = globalThis.fetch;
const asked: { url: string; init: RequestInit }[] = [];

function answer(body: string, status: number): void {
  asked.length = 0;
  Object.assign(globalThis, { document: { querySelector: () => ({ content: "token" }) } });
  globalThis.fetch = async (url, init) => {
    asked.push({ url: String(url), init: init ?? {} });
    return new Response(body, { status });
  };
}

afterEach(() => (globalThis.fetch = before));

test("an address is filled in and encoded", () => {
  const path = { definition_id: "a/b ?" };
  assert.equal(addressOf("GET /api/v1/definitions/{definition_id}", { path }), "/api/v1/definitions/a%2Fb%20%3F");
  const query = { q: "the glory", year: null, limit: 2 };
  assert.equal(addressOf("GET /api/v1/titles", { query }), "/api/v1/titles?q=the+glory&limit=2");
});

test("a change carries the token of its page, and its body", async () => {
  answer('{"counted": true}', 202);
  const outcome = await call("PUT /api/v1/episodes/{episode_id}/progress", {
    path: { episode_id: 7 }, body: { position_s: 1.5 },
  });
  assert.ok(outcome.ok);
  assert.equal(asked[0]?.url, "/api/v1/episodes/7/progress");
  assert.equal(asked[0]?.init.method, "PUT");
  assert.equal(asked[0]?.init.body, '{"position_s":1.5}');
  assert.equal((asked[0]?.init.headers as Record<string, string>)["X-CSRF-Token"], "token");
});

test("a refusal is a problem, whoever answers", async () => {
  answer('{"code": "cooldown", "retry_at": "2026-11-21T10:00:00Z"}', 409);
  const refused = await call("POST /api/v1/episodes/{episode_id}/scrape", { path: { episode_id: 7 } });
  assert.ok(!refused.ok);
  assert.equal(refused.problem.retry_at, "2026-11-21T10:00:00Z");
  answer("<html>a proxy</html>", 502);
  const proxy = await call("GET /api/v1/setup");
  assert.deepEqual([proxy.ok, proxy.status], [false, 502]);
});

test("a lost connection is a problem too", async () => {
  answer("", 200);
  globalThis.fetch = async () => Promise.reject(new TypeError("gone"));
  const lost = await call("GET /api/v1/setup");
  assert.ok(!lost.ok);
  assert.deepEqual([lost.status, lost.problem.code], [0, "network"]);
});
