// Decisions made while the service is away.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Assent, AssentError, AssentUnreachable, DecisionQueue } from "../src/index.js";
import { Service, between, memory } from "./service.js";

let service;
let assent;
let key;
let isAway = false;

before(async () => {
  service = await Service.start();
  ({ key } = await service.organisation());
  assent = new Assent({ url: service.url, key });
});
after(() => service.end());
beforeEach(async () => {
  if (isAway) await back();
});

async function away() {
  await service.kill();
  isAway = true;
}

async function back() {
  await service.startAgain();
  isAway = false;
}

async function history(subject) {
  const found = [];
  for await (const signal of assent.consent.history(subject)) found.unshift(signal);
  return found;
}

const choice = async (subject) => (await assent.consent.get(subject)).flags.dc.choice;
const says = (subject, dc, more = {}) => ({ subject, flags: { dc }, ...more });

test("with the service there, nothing waits", async () => {
  const queue = new DecisionQueue(assent, memory());
  assert.equal(await queue.add(says("contact:there", true)), true);
  assert.equal(await queue.size(), 0);
  assert.equal(await choice("contact:there"), "granted");
});

test("what was decided meanwhile arrives after restarts, in its order and with its times", async () => {
  const storage = memory();
  const waiting = [];
  await away();
  const made = [];
  {
    const queue = new DecisionQueue(assent, storage, { onWaiting: (error) => waiting.push(error) });
    for (const dc of [true, false, true, false]) {
      made.push(Date.now());
      assert.equal(await queue.add(says("contact:off", dc)), false);
    }
    assert.equal(await queue.size(), 4);
  }
  assert.ok(waiting.every((error) => error instanceof AssentUnreachable) && waiting.length > 0);
  // The app is started again; of the old one only the storage is left.
  const queue = new DecisionQueue(assent, storage);
  assert.equal(await queue.size(), 4);
  await back();
  assert.equal(await queue.flush(), 0);
  const signals = await history("contact:off");
  assert.deepEqual(signals.map(({ flags }) => flags.dc), [true, false, true, false]);
  signals.forEach(({ at }, place) => assert.ok(Date.parse(at) >= made[place]));
  assert.equal(await choice("contact:off"), "refused");
});

test("a no that was said elsewhere meanwhile is not undone by an older yes that waits", async () => {
  const queue = new DecisionQueue(assent, memory());
  await away();
  await queue.add(says("contact:meanwhile", true));
  await back();
  await assent.consent.set("contact:meanwhile", { dc: false });
  await queue.flush();
  assert.equal(await choice("contact:meanwhile"), "refused");
});

test("a refusal after the clock was set back still comes last", async () => {
  let clock = Date.now();
  const storage = memory();
  const now = () => clock;
  await away();
  await new DecisionQueue(assent, storage, { now }).add(says("contact:clock", true));
  clock -= 3_600_000;
  const queue = new DecisionQueue(assent, storage, { now });
  await queue.add(says("contact:clock", false));
  await back();
  assert.equal(await queue.flush(), 0);
  assert.equal(await choice("contact:clock"), "refused");
});

test("of a clock that is far ahead a no counts now, and a yes is asked again", async () => {
  const rejected = [];
  const onRejected = (decision, error) => rejected.push([decision.flags, error.kind]);
  const now = () => Date.now() + 86_400_000;
  const queue = new DecisionQueue(assent, memory(), { now, onRejected });
  await assent.consent.set("contact:ahead", { dc: true });
  assert.equal(await queue.add({ subject: "contact:ahead", flags: { dc: false, al: true } }), true);
  assert.equal(await queue.size(), 0);
  const state = await assent.consent.get("contact:ahead");
  assert.deepEqual([state.flags.dc.choice, state.flags.al.choice], ["refused", null]);
  assert.deepEqual(rejected, [[{ dc: false, al: true }, "timestamp_in_future"]]);
});

test("what the service will never take holds up nothing", async () => {
  const rejected = [];
  const queue = new DecisionQueue(assent, memory(), { onRejected: (_, error) => rejected.push(error) });
  await away();
  await queue.add(says("nobody", true));
  await queue.add(says("contact:behind", false));
  await back();
  assert.equal(await queue.flush(), 0);
  assert.equal(await choice("contact:behind"), "refused");
  assert.ok(rejected.length === 1 && rejected[0] instanceof AssentError);
});

test("a key that is not taken keeps decisions waiting", async () => {
  const storage = memory();
  const waiting = [];
  const options = { onWaiting: (error) => waiting.push(error.kind) };
  const wrong = new DecisionQueue(new Assent({ url: service.url, key: "old" }), storage, options);
  assert.equal(await wrong.add(says("contact:key", false)), false);
  assert.deepEqual([...new Set(waiting)], ["unauthenticated"]);
  assert.equal(await new DecisionQueue(assent, storage).flush(), 0);
  assert.equal(await choice("contact:key"), "refused");
});

test("a decision at which the service fails holds up no other", async () => {
  const way = await between(service, ({ number, answer, passOn }) => (number === 1 ? answer.writeHead(500).end() : passOn()));
  const storage = memory();
  const queue = new DecisionQueue(new Assent({ url: way.url, key }), storage);
  storage.setItem("assent-queue", JSON.stringify({
    latest: 0,
    entries: [
      { id: "failing-1", decision: says("contact:fails", true, { at: new Date(Date.now() - 2000).toISOString() }) },
      { id: "behind-it", decision: says("contact:fails", false, { at: new Date(Date.now() - 1000).toISOString() }) },
    ],
  }));
  assert.equal(await queue.flush(), 1);
  assert.equal(await choice("contact:fails"), "refused");
  // When it arrives at last, it is older.
  assert.equal(await queue.flush(), 0);
  assert.equal(await choice("contact:fails"), "refused");
  assert.equal((await history("contact:fails")).length, 2);
  await way.close();
});

test("an answer that is lost, and an end before it is noted, count once", async () => {
  const way = await between(service, ({ number, lose, passOn }) => (number === 1 ? lose() : passOn()));
  const storage = memory();
  const queue = new DecisionQueue(new Assent({ url: way.url, key }), storage);
  await queue.add(says("contact:once", false));
  const before = storage.kept.get("assent-queue");
  await queue.flush();
  // As if the process had ended between the answer and the note of it.
  storage.kept.set("assent-queue", before);
  assert.equal(await new DecisionQueue(assent, storage).flush(), 0);
  assert.equal((await history("contact:once")).length, 1);
  await way.close();
});

test("many at once are kept, each once", async () => {
  const queue = new DecisionQueue(assent, memory());
  await Promise.all(Array.from({ length: 20 }, (_, turn) => queue.add(says("contact:many", turn % 2 === 0))));
  const signals = await history("contact:many");
  assert.deepEqual(signals.map(({ flags }) => flags.dc), Array.from({ length: 20 }, (_, turn) => turn % 2 === 0));
});

test("a storage that is full is told of, unless the service has the decision", async () => {
  const full = { getItem: () => null, setItem: () => Promise.reject(new Error("quota")) };
  assert.equal(await new DecisionQueue(assent, full).add(says("contact:full", false)), true);
  assert.equal(await choice("contact:full"), "refused");
  await away();
  const queue = new DecisionQueue(assent, full);
  await assert.rejects(queue.add(says("contact:full2", false)), /quota/);
  assert.equal(await queue.size(), 1);
  await back();
  assert.equal(await queue.flush(), 0);
  assert.equal(await choice("contact:full2"), "refused");
});

test("what cannot be read is set aside", async () => {
  const storage = memory();
  storage.setItem("assent-queue", "{broken");
  assert.equal(await new DecisionQueue(assent, storage).add(says("contact:broken", true)), true);
  assert.equal(storage.kept.get("assent-queue-unreadable"), "{broken");
});
