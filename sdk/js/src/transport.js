import { AssentError, AssentUnreachable } from "./errors.js";

/** Answers of which a repetition may have another: a store is away, or something between is. */
const AGAIN = new Set([429, 502, 503, 504]);

/** An id under which a request may be repeated. It has to be new, not secret. */
export function newId() {
  const { crypto } = globalThis;
  if (crypto?.randomUUID) return crypto.randomUUID();
  const digits = () => Math.random().toString(16).slice(2).padEnd(13, "0");
  return `${Date.now().toString(16)}-${digits()}-${digits()}`;
}

/** How long a `Retry-After` asks to wait, in milliseconds: a number of seconds, or a date. */
export function retryAfter(value, now) {
  if (value === null || value === undefined || value === "") return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}

export class Transport {
  constructor({ url, key, headers, fetch, timeout = 10_000, retries = 4, backoff = 250, maxBackoff = 10_000 }) {
    if (!url) throw new TypeError("url: give the address of the service, such as https://consent.example.org");
    this.base = String(url).replace(/\/+$/, "");
    this.key = key;
    this.headers = headers;
    this.fetch = fetch ?? ((...request) => globalThis.fetch(...request));
    this.timeout = timeout;
    this.retries = retries;
    this.backoff = backoff;
    this.maxBackoff = maxBackoff;
  }

  /**
   * Sends a request, again under the same id while there is no answer or one that asks for it.
   * @returns what `read` makes of the answer; JSON unless given
   */
  async send(method, path, { query, body, changes = false, options = {}, accept, read, isAnswer } = {}) {
    const url = this.base + path + queryString(query);
    const headers = { accept: accept ?? "application/json", ...this.headers };
    if (this.key) headers.authorization = `Bearer ${this.key}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    if (changes) headers["idempotency-key"] = options.idempotencyKey ?? newId();
    const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
    const retries = options.retries ?? this.retries;
    for (let attempt = 0; ; attempt += 1) {
      const { answer, text, failure } = await this.#once(url, request, options);
      if (!failure && answer.ok) return understood(text, read ?? parsed);
      if (!failure && isAnswer?.(problem(text))) return problem(text);
      if (attempt >= retries || (!failure && !AGAIN.has(answer.status))) {
        if (failure) throw failure;
        throw new AssentError(answer.status, problem(text), answer.headers.get("x-request-id") ?? undefined);
      }
      const asked = failure ? 0 : retryAfter(answer.headers.get("retry-after"), Date.now());
      const growing = Math.min(this.maxBackoff, this.backoff * 2 ** attempt);
      await pause(Math.max(asked, growing * (0.5 + Math.random() / 2)), options.signal);
    }
  }

  /** One try, its body included in the time limit. */
  async #once(url, request, { signal, timeout = this.timeout }) {
    if (signal?.aborted) throw aborted(signal);
    const controller = new AbortController();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      controller.abort();
    }, timeout);
    const stop = () => controller.abort();
    signal?.addEventListener("abort", stop);
    try {
      const answer = await this.fetch(url, { ...request, signal: controller.signal });
      return { answer, text: await answer.text() };
    } catch (error) {
      if (signal?.aborted) throw aborted(signal);
      const why = isLate ? `no answer in ${timeout} ms` : "the service cannot be reached";
      return { failure: new AssentUnreachable(why, error) };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }
}

function queryString(query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const pairs = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function understood(text, read) {
  try {
    return read(text);
  } catch (error) {
    throw new AssentUnreachable("what answers is not the service", error);
  }
}

function parsed(text) {
  return text === "" ? undefined : JSON.parse(text);
}

function problem(text) {
  try {
    const found = JSON.parse(text);
    return found !== null && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}

function aborted(signal) {
  return signal.reason ?? Object.assign(new Error("The request was given up."), { name: "AbortError" });
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop);
  });
}
