import { Transport } from "./transport.js";

/** A client of one organisation in an Assent service. Each part of the API is a property. */
export class Assent {
  constructor(options) {
    const transport = new Transport(options);
    this.consent = new Consent(transport);
    this.links = new Links(transport);
    this.messages = new Messages(transport);
    this.changes = new Changes(transport);
  }
}

/** What people said, and what follows from it. Identifiers stand in bodies, not in addresses, which logs keep. */
class Consent {
  #transport;

  constructor(transport) {
    this.#transport = transport;
  }

  /** Records one decision; durable and in force when this is done. */
  set(subject, flags, options = {}) {
    return this.record({ subject, flags, ...decisionOf(options) }, options);
  }

  /** Records a decision that is written as in `POST /v1/consent`. */
  record(decision, options = {}) {
    return this.#change("/v1/consent", decision, options);
  }

  /** Records up to 10 000 decisions; the answer has a result for each, in their order. */
  setMany(decisions, options = {}) {
    // Where none of them can be recorded, the status is that of an error, and the results are what matters.
    const isAnswer = (found) => Array.isArray(found.items);
    return this.#transport.send("POST", "/v1/consent", { body: decisions, changes: true, options, isAnswer });
  }

  /** What is in force. */
  get(subject, { regime, region, gpc, source, explain, ...options } = {}) {
    const body = { subject, regime, region, gpc, source, explain };
    return this.#transport.send("POST", "/v1/consent/query", { body, options });
  }

  /** Whether a gate is open for one subject. */
  async allows(gate, subject, options = {}) {
    const { items } = await this.check(gate, [subject], options);
    return items[0].allowed;
  }

  /** Whom of up to 10 000 subjects a gate is open for, and what keeps it closed for the others. */
  check(gate, subjects, { regime, region, gpc, receiver, ...options } = {}) {
    const body = { gate, subjects, regime, region, gpc, receiver };
    return this.#transport.send("POST", "/v1/consent/check", { body, options });
  }

  /** Erases everything about one person. What was said before stays void. */
  erase(subject, options = {}) {
    return this.#change("/v1/consent/erase", { subject }, options);
  }

  /** Everything that is stored about one person. */
  export(subject, options = {}) {
    return this.#change("/v1/consent/export", { subject }, options);
  }

  /** Every signal about a subject, newest first. */
  async *history(subject, { limit = 100, ...options } = {}) {
    let before;
    for (;;) {
      const path = `/v1/consent/${encodeURIComponent(subject)}/history`;
      const page = await this.#transport.send("GET", path, { query: { before, limit }, options });
      yield* page.signals;
      if (page.next === null) return;
      before = page.signals.at(-1).seq;
    }
  }

  #change(path, body, options) {
    return this.#transport.send("POST", path, { body, changes: true, options });
  }
}

/** Which devices belong to a contact or a bridge key. */
class Links {
  #transport;

  constructor(transport) {
    this.#transport = transport;
  }

  /** Links the two, if both allow cross-device use. */
  add(subject, device, options = {}) {
    return this.#change("POST", { subject, device }, options);
  }

  /** Ends the link. */
  remove(subject, device, options = {}) {
    return this.#change("DELETE", { subject, device }, options);
  }

  /** To whom a subject is linked. */
  async list(subject, options = {}) {
    const path = `/v1/subjects/${encodeURIComponent(subject)}/links`;
    return (await this.#transport.send("GET", path, { options })).links;
  }

  #change(method, body, options) {
    return this.#transport.send(method, "/v1/subjects/link", { body, changes: true, options });
  }
}

/** Mails, the tokens of their recipients, and what came of them. */
class Messages {
  #transport;

  constructor(transport) {
    this.#transport = transport;
  }

  /** Registers a mail's links and gives it rewritten. */
  create(message, options = {}) {
    return this.#transport.send("POST", "/v1/messages", { body: message, changes: true, options });
  }

  /** A mail as it was registered. */
  get(id, options = {}) {
    return this.#transport.send("GET", path(id), { options });
  }

  /** A click token and a preferences token for each of up to 10 000 contacts; counts them as sent. */
  tokens(id, contacts, options = {}) {
    const read = (text) => text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    const body = { contacts };
    const request = { body, changes: true, options, read, accept: "application/x-ndjson" };
    return this.#transport.send("POST", `${path(id)}/tokens`, request);
  }

  /** Totals, and by name those who may be named. */
  stats(id, options = {}) {
    return this.#transport.send("GET", `${path(id)}/stats`, { options });
  }
}

/** Every grant, refusal and erasure, in the order of the log. */
class Changes {
  #transport;

  constructor(transport) {
    this.#transport = transport;
  }

  /** One page of what came after a place. */
  page(after = 0, { limit, ...options } = {}) {
    return this.#transport.send("GET", "/v1/changes", { query: { after, limit }, options });
  }

  /** All that came after a place, up to now. Keep the `seq` of the last to go on from there. */
  async *since(after = 0, options = {}) {
    for (;;) {
      const { changes } = await this.page(after, options);
      if (changes.length === 0) return;
      yield* changes;
      after = changes.at(-1).seq;
    }
  }
}

function path(id) {
  return `/v1/messages/${encodeURIComponent(id)}`;
}

/** What of the options belongs to the decision. */
function decisionOf({ at, regime, region, tier, shown, tcf, gpp, gppSid, gpc }) {
  const time = at instanceof Date ? at.toISOString() : at;
  return { at: time, regime, region, tier, shown, tcf, gpp, gpp_sid: gppSid, gpc };
}
