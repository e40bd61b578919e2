import { AssentError } from "./errors.js";
import { newId } from "./transport.js";

/** Answers that stay the same however often the decision is sent. */
const NEVER = new Set([400, 409, 413, 415, 422]);

/**
 * Decisions that are kept until the service has them: while it is away, without a network, over restarts.
 *
 * They are sent one after the other in the order in which they were made, each with its own time and always under
 * the same id. So a refusal is never overtaken, and one that arrives late counts from when it was said.
 */
export class DecisionQueue {
  #assent;
  #storage;
  #name;
  #onRejected;
  #onWaiting;
  #now;
  /** What changes the stored list happens one after the other. */
  #last = Promise.resolve();
  #flushing;
  /** What storage did not take; lost with this process, so it is sent as soon as it can be. */
  #unstored = [];

  constructor(assent, storage, { name = "assent-queue", onRejected, onWaiting, now } = {}) {
    this.#assent = assent;
    this.#storage = storage;
    this.#name = name;
    this.#onRejected = onRejected ?? (() => {});
    this.#onWaiting = onWaiting ?? (() => {});
    this.#now = now ?? (() => Date.now());
  }

  /**
   * Keeps a decision, written as in `POST /v1/consent`, and tries to send it.
   * @returns `true` if the service has it, `false` if it waits
   */
  async add(decision) {
    const id = newId();
    await this.#alone(async () => {
      const state = await this.#read();
      const entry = { id, decision: this.#timed(decision, state) };
      state.entries.push(entry);
      try {
        await this.#write(state);
      } catch (error) {
        this.#unstored.push({ entry, error });
      }
    });
    // One that is under way may not have seen it.
    await this.#flushing;
    await this.flush();
    const failed = this.#unstored.find(({ entry }) => entry.id === id);
    if (failed) throw failed.error;
    return !(await this.#waiting()).some((entry) => entry.id === id);
  }

  /** How many decisions wait. */
  async size() {
    return (await this.#waiting()).length;
  }

  /**
   * Sends what waits. Call it when the network is back, and now and then.
   * @returns how many still wait
   */
  flush() {
    this.#flushing ??= this.#sendAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  /** With its time. A string brings its own. */
  #timed(decision, state) {
    if (decision.at === undefined && (decision.tcf ?? decision.gpp) !== undefined) return decision;
    // A clock that was set back must not make a later refusal older than what it takes back.
    const at = Math.max(decision.at === undefined ? this.#now() : Date.parse(decision.at), state.latest + 1);
    state.latest = at;
    return { ...decision, at: new Date(at).toISOString() };
  }

  async #sendAll() {
    return this.#locked(async () => {
      // One at which the service fails holds up no other: each has its own time, so what is in force does not depend
      // on which arrives first.
      const failed = new Set();
      for (;;) {
        const waiting = await this.#waiting();
        const entry = waiting.find(({ id }) => !failed.has(id));
        if (entry === undefined) return waiting.length;
        const result = await this.#send(entry);
        if (result === "later") return waiting.length;
        if (result === "failed") failed.add(entry.id);
        else await this.#alone(() => this.#remove(entry.id));
      }
    });
  }

  /** `done` with it, one way or the other; it `failed`; or none can be sent before `later`. */
  async #send({ id, decision }) {
    try {
      // Not again at once: the next flush does that.
      await this.#assent.consent.record(decision, { idempotencyKey: id, retries: 0 });
    } catch (error) {
      if (!(error instanceof AssentError) || !NEVER.has(error.status)) {
        this.#onWaiting(error);
        return error instanceof AssentError && error.status === 500 ? "failed" : "later";
      }
      if (error.kind === "timestamp_in_future") return this.#withoutTime(id, decision, error);
      this.#onRejected(decision, error);
    }
    return "done";
  }

  /** Of a clock that is far ahead: a no holds now. When a yes was given is not known, so it has to be asked again. */
  async #withoutTime(id, { at: _, ...decision }, error) {
    await this.#alone(async () => this.#write({ ...(await this.#read()), latest: 0 }));
    const flags = Object.entries(decision.flags ?? {});
    const refused = flags.filter(([, value]) => value === false);
    if (refused.length < flags.length || refused.length === 0) this.#onRejected(decision, error);
    if (refused.length === 0) return "done";
    const { tcf: __, gpp: ___, gpp_sid: ____, ...rest } = decision;
    return this.#send({ id: `${id}-now`, decision: { ...rest, flags: Object.fromEntries(refused) } });
  }

  async #waiting() {
    const { entries } = await this.#alone(() => this.#read());
    return [...entries, ...this.#unstored.map(({ entry }) => entry)];
  }

  async #remove(id) {
    const unstored = this.#unstored.length;
    this.#unstored = this.#unstored.filter(({ entry }) => entry.id !== id);
    if (this.#unstored.length < unstored) return;
    const state = await this.#read();
    state.entries = state.entries.filter((entry) => entry.id !== id);
    await this.#write(state);
  }

  async #read() {
    const text = await this.#storage.getItem(this.#name);
    if (text === null || text === undefined) return { latest: 0, entries: [] };
    try {
      const { latest, entries } = JSON.parse(text);
      if (Number.isFinite(latest) && Array.isArray(entries)) return { latest, entries };
    } catch {
      // Below.
    }
    // Kept for whoever looks into it; new decisions must not fail because of it.
    await this.#storage.setItem(`${this.#name}-unreadable`, text);
    return { latest: 0, entries: [] };
  }

  async #write(state) {
    await this.#storage.setItem(this.#name, JSON.stringify(state));
  }

  #alone(act) {
    const done = this.#last.then(() => this.#locked(act, "-list"));
    this.#last = done.catch(() => {});
    return done;
  }

  /** Several pages of one site share their storage. */
  #locked(act, suffix = "") {
    const locks = globalThis.navigator?.locks;
    return locks ? locks.request(this.#name + suffix, act) : act();
  }
}
