/**
 * The API as its contract has it: `schema.d.ts` is generated from OpenAPI by `make web-types`.
 *
 * Whatever goes wrong becomes a `Refusal` with a sentence for people.
 */
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Session = Schemas["Session"];
export type Role = Schemas["Role"];

/** A request that was refused or failed; `message` says what to do. `status` 0: no answer at all. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
    readonly body: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "Refusal";
  }

  /** Sentences for the fields of a form, by field. */
  get fields(): Record<string, string> {
    const wrong = this.body["fields"];
    if (!Array.isArray(wrong)) return {};
    return Object.fromEntries(
      (wrong as { field: string; sentence: string }[]).map((each) => [each.field, each.sentence]),
    );
  }
}

let csrfToken = "";
const onSessionOver = new Set<() => void>();

/** The token that changes must carry, of the session that is read at the start. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Have something called when the session is over while somebody works. */
export function whenSessionIsOver(listener: () => void): () => void {
  onSessionOver.add(listener);
  return () => onSessionOver.delete(listener);
}

export async function refusalOf(response: Response): Promise<Refusal> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const kind = String(body["type"] ?? "").replace("urn:tandem:", "");
  const detail = typeof body["detail"] === "string" ? body["detail"] : "";
  return new Refusal(
    response.status,
    kind || "unknown",
    detail || `The server answered ${response.status}. Try again; if it stays, look at its log.`,
    body,
  );
}

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && csrfToken) request.headers.set("X-Tandem-CSRF", csrfToken);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return response;
    const refusal = await refusalOf(response);
    if (refusal.kind === "not-logged-in") for (const listener of onSessionOver) listener();
    throw refusal;
  },
  onError({ error }) {
    if (error instanceof Refusal || (error instanceof DOMException && error.name === "AbortError")) return;
    return new Refusal(0, "no-answer", "The server does not answer. What you did is kept here; try again.");
  },
};

export const api = createClient<paths>({ baseUrl: "/api" });
api.use(guard);

/** The data of an answer that was not refused (refusals are thrown). */
export async function taken<T>(answer: Promise<{ data?: T; response: Response }>): Promise<T> {
  return (await answer).data as T;
}

/** The same with the ETag, for what two people may edit. */
export async function takenWithTag<T>(
  answer: Promise<{ data?: T; response: Response }>,
): Promise<{ data: T; etag: string }> {
  const { data, response } = await answer;
  return { data: data as T, etag: response.headers.get("etag") ?? "" };
}
