// Every call, against the running service.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Assent, AssentError } from "../src/index.js";
import { retryAfter } from "../src/transport.js";
import { Service } from "./service.js";

let service;
let assent;

before(async () => {
  service = await Service.start();
  const { key } = await service.organisation();
  assent = new Assent({ url: `${service.url}/`, key });
});
after(() => service.end());

async function all(iterator) {
  const found = [];
  for await (const one of iterator) found.push(one);
  return found;
}

test("decisions are recorded, read and explained", async () => {
  const at = new Date(Date.now() - 60_000);
  const set = await assent.consent.set("contact:1", { dc: true, al: true, tg: false }, { at, regime: "gdpr" });
  assert.equal(set.status, "recorded");
  assert.equal(new Date(set.at).getTime(), at.getTime());
  assert.equal(set.consent.hasTrackingConsent, true);
  const state = await assent.consent.get("contact:1", { explain: true });
  assert.equal(state.flags.tg.choice, "refused");
  assert.equal(state.gates.track, true);
  assert.ok(state.explanation);
  const tight = await assent.consent.get("contact:1", { region: "CA-QC", gpc: true });
  assert.equal(tight.regime, "law25");
  const history = await all(assent.consent.history("contact:1"));
  assert.deepEqual(history.map(({ flags, source }) => [flags, source]), [[{ dc: true, al: true, tg: false }, "api"]]);
});

test("histories are read page by page", async () => {
  for (let turn = 0; turn < 5; turn += 1) await assent.consent.set("contact:pages", { dc: turn % 2 === 0 });
  const signals = await all(assent.consent.history("contact:pages", { limit: 2 }));
  assert.deepEqual(signals.map(({ flags }) => flags.dc), [true, false, true, false, true]);
});

test("strings are passed on", async () => {
  const set = await assent.consent.set("contact:gpp", undefined, { gpp: "DBABTA~1YYN", gppSid: [6] });
  assert.deepEqual(["tg", "cd", "sh", "dc"].map((flag) => set.consent.flags[flag].choice), ["refused", "refused", "refused", null]);
  const gpc = await assent.consent.set("contact:gpc", undefined, { gpc: true, region: "US-CA" });
  assert.equal(gpc.consent.flags.sh.source, "gpc");
});

test("a list has a result for each, also where none can be recorded", async () => {
  const wrong = { subject: "nobody", flags: { dc: true } };
  const some = await assent.consent.setMany([{ subject: "contact:2", flags: { dc: true } }, wrong]);
  assert.deepEqual([some.recorded, some.rejected, some.items[1].problem.pointer], [1, 1, "/1/subject"]);
  const none = await assent.consent.setMany([wrong]);
  assert.deepEqual([none.recorded, none.rejected], [0, 1]);
});

test("gates are checked, one by one and many at once", async () => {
  await assent.consent.setMany([
    { subject: "contact:yes", flags: { dc: true, al: true } },
    { subject: "contact:no", flags: { dc: true, al: false } },
  ]);
  assert.equal(await assent.consent.allows("track", "contact:yes"), true);
  assert.equal(await assent.consent.allows("track", "contact:no"), false);
  const checked = await assent.consent.check("track", ["contact:yes", "contact:no", "contact:new"]);
  assert.deepEqual([checked.allowed, checked.refused], [1, 2]);
  assert.deepEqual(Object.keys(checked.items[1].closed_by), ["al"]);
});

test("somebody is handed everything, and erased", async () => {
  await assent.consent.set("bk:email:Ada@Example.org", { dc: true });
  const everything = await assent.consent.export("bk:email:ada@example.org");
  // That it was asked for is noted, too.
  assert.deepEqual(everything.signals.map(({ action }) => action), ["set", "portability"]);
  assert.ok(!JSON.stringify(everything).includes("ada@"));
  const erased = await assent.consent.erase("bk:email:ada@example.org", { idempotencyKey: "erase-ada-1" });
  assert.equal(erased.status, "erased");
  const again = await assent.consent.erase("bk:email:ada@example.org", { idempotencyKey: "erase-ada-1" });
  assert.equal(again.status, "repeated");
  assert.equal((await assent.consent.get("bk:email:ada@example.org")).flags.dc.choice, null);
});

test("devices are linked where both allow it", async () => {
  const [contact, device] = ["contact:linked", "device:assent:phone"];
  await assert.rejects(assent.links.add(contact, device), { name: "AssentError", kind: "gate_closed", status: 409 });
  await assent.consent.setMany([contact, device].map((subject) => ({ subject, flags: { cd: true } })));
  assert.equal((await assent.links.add(contact, device)).linked, true);
  assert.deepEqual((await assent.links.list(contact)).map(({ subject }) => subject), [device]);
  assert.equal((await assent.links.remove(contact, device)).linked, false);
  assert.deepEqual(await assent.links.list(contact), []);
});

test("a mail is made, and its recipients get tokens", async () => {
  const message = await assent.messages.create({
    name: "Spring letter",
    content: '<p><a href="https://shop.example/spring">New</a></p>',
    click_tag: "*|CLICK|*",
    preferences_tag: "*|PREFS|*",
  });
  assert.ok(message.content.includes("*|CLICK|*"));
  await assent.consent.set("contact:reader", { dc: true, al: true });
  const tokens = await assent.messages.tokens(message.id, ["reader", "other", "third"]);
  assert.deepEqual(tokens.map(({ contact }) => contact), ["reader", "other", "third"]);
  assert.notEqual(tokens[0].click, tokens[1].click);
  assert.equal(tokens[1].click, tokens[2].click, "who was not asked has the token of everybody");
  assert.equal((await assent.messages.get(message.id)).name, "Spring letter");
  assert.equal((await assent.messages.stats(message.id)).sent, 3);
});

test("changes are read from a place on", async () => {
  const before = await all(assent.changes.since());
  const place = before.at(-1).seq;
  await assent.consent.set("contact:changed", { dc: false });
  await assent.consent.set("contact:changed", { dc: true });
  const changes = await all(assent.changes.since(place, { limit: 1 }));
  assert.deepEqual(changes.map(({ type }) => type), ["consent.refused", "consent.granted"]);
  const page = await assent.changes.page(place, { limit: 1 });
  assert.equal(page.changes.length, 1);
});

test("problems are errors with kind and place", async () => {
  const wrong = assent.consent.set("contact:1", { dc: true, xx: true });
  await assert.rejects(wrong, (error) => {
    assert.ok(error instanceof AssentError);
    assert.deepEqual([error.kind, error.status, error.pointer], ["invalid", 422, "/flags/xx"]);
    assert.match(error.message, /flags are dc/);
    assert.ok(error.requestId.length >= 8);
    return true;
  });
  const other = new Assent({ url: service.url, key: "no-key" });
  await assert.rejects(other.consent.get("contact:1"), { kind: "unauthenticated", status: 401 });
  await assert.rejects(assent.messages.stats("00000000-0000-4000-8000-000000000000"), { kind: "not_found" });
  const id = { idempotencyKey: "the-same-id" };
  await assent.consent.set("contact:id", { dc: true }, id);
  await assert.rejects(assent.consent.set("contact:id", { dc: false }, id), { kind: "conflict" });
  assert.throws(() => new Assent({}), TypeError);
});

test("a request can be given up", async () => {
  const controller = new AbortController();
  controller.abort();
  const { signal } = controller;
  await assert.rejects(assent.consent.get("contact:1", { signal }), { name: "AbortError" });
});

test("Retry-After is a number of seconds or a date", () => {
  const now = Date.parse("2026-11-22T09:00:00Z");
  const cases = [
    ["2", 2000],
    ["0", 0],
    ["Sun, 22 Nov 2026 09:00:05 GMT", 5000],
    ["Sun, 22 Nov 2026 08:00:00 GMT", 0],
    ["soon", 0],
    [null, 0],
  ];
  for (const [value, expected] of cases) assert.equal(retryAfter(value, now), expected, String(value));
});
