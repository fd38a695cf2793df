// Calls the API as its description says: a wrong address, field or answer does not compile.

import type { Api, ProblemDocument } from "./schema.ts";

export type Operation = keyof Api;

type Asked<Name extends Operation> = Omit<Api[Name], "answer">;

/** Nothing to say is nothing to send: only what has a needed part must be given. */
type Arguments<Name extends Operation> = {} extends Asked<Name> ? [asked?: Asked<Name>] : [asked: Asked<Name>];

export type Outcome<Answer> =
  | { ok: true; status: number; body: Answer }
  | { ok: false; status: number; problem: ProblemDocument };

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** The address of an operation with its parts and its query filled in. */
export function addressOf(operation: Operation, asked: { path?: object; query?: object } = {}): string {
  const [, template = ""] = operation.split(" ");
  const parts = new Map(Object.entries(asked.path ?? {}));
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parts.get(name))));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {})) {
    if (value !== undefined && value !== null) query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

/** Never throws: a lost connection is the problem `network`, with status 0. */
export async function call<Name extends Operation>(
  operation: Name, ...[asked]: Arguments<Name>
): Promise<Outcome<Api[Name]["answer"]>> {
  const { body, ...place } = (asked ?? {}) as { path?: object; query?: object; body?: unknown };
  const [method = "GET"] = operation.split(" ");
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken();
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(addressOf(operation, place), {
      method, headers, credentials: "same-origin", keepalive: method !== "GET",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    return { ok: false, status: 0, problem: problem("network", 0) };
  }
  const said: unknown = await response.json().catch(() => null);
  if (response.ok) return { ok: true, status: response.status, body: said as Api[Name]["answer"] };
  const told = typeof said === "object" && said !== null && "code" in said;
  return { ok: false, status: response.status, problem: told ? (said as ProblemDocument) : problem("", response.status) };
}

function problem(code: string, status: number): ProblemDocument {
  return { type: "about:blank", title: code, status, code, detail: "" };
}
