// The service is away, late, or loses its answer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Assent, AssentError, AssentUnreachable } from "../src/index.js";
import { Service, between } from "./service.js";

let service;
let key;

before(async () => {
  service = await Service.start();
  ({ key } = await service.organisation());
});
after(() => service.end());

const direct = (options = {}) => new Assent({ url: service.url, key, backoff: 50, ...options });

async function signals(subject) {
  const found = [];
  for await (const signal of direct().consent.history(subject)) found.push(signal);
  return found;
}

/** The first `times` requests are answered by `act`, the others by the service. */
const first = (times, act) => between(service, (call) => (call.number <= times ? act(call) : call.passOn()));

test("a decision whose answer is lost is sent again under the same id and recorded once", async () => {
  const way = await first(1, ({ lose }) => lose());
  const set = await new Assent({ url: way.url, key, backoff: 20 }).consent.set("contact:lost", { dc: false });
  assert.equal(set.status, "repeated");
  assert.equal((await signals("contact:lost")).length, 1);
  const ids = way.seen.map(({ headers }) => headers["idempotency-key"]);
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
  await way.close();
});

test("Retry-After is waited for", async () => {
  const busy = ({ answer }) => answer.writeHead(503, { "retry-after": "1" }).end();
  const way = await first(1, busy);
  const set = await new Assent({ url: way.url, key, backoff: 1 }).consent.set("contact:busy", { dc: true });
  assert.equal(set.status, "recorded");
  const [one, two] = way.seen;
  assert.ok(two.at - one.at >= 990, `${two.at - one.at} ms`);
  assert.equal(one.headers["idempotency-key"], two.headers["idempotency-key"]);
  await way.close();
});

test("what stays away ends in an error", async () => {
  const problem = JSON.stringify({ type: "urn:assent:problem:unavailable", title: "A store is away", status: 503 });
  const way = await between(service, ({ answer }) => answer.writeHead(503).end(problem));
  const client = new Assent({ url: way.url, key, backoff: 1, retries: 2 });
  await assert.rejects(client.consent.get("contact:1"), (error) => {
    assert.ok(error instanceof AssentError);
    assert.deepEqual([error.kind, error.status], ["unavailable", 503]);
    return true;
  });
  assert.equal(way.seen.length, 3);
  await way.close();
});

test("what can never work is sent once", async () => {
  const way = await between(service, ({ passOn }) => passOn());
  const client = new Assent({ url: way.url, key, backoff: 1 });
  await assert.rejects(client.consent.set("nobody", { dc: true }), { kind: "invalid" });
  assert.equal(way.seen.length, 1);
  await way.close();
});

test("no answer in time is an error of its own", async () => {
  const way = await first(1, () => {});
  const client = new Assent({ url: way.url, key, timeout: 100, retries: 0 });
  await assert.rejects(client.consent.get("contact:1"), (error) => {
    assert.ok(error instanceof AssentUnreachable);
    assert.match(error.message, /100 ms/);
    return true;
  });
  assert.equal((await client.consent.get("contact:1", { timeout: 10_000 })).version, 0);
  await way.close();
});

test("a page of somebody else is no answer", async () => {
  const way = await between(service, ({ answer }) => answer.writeHead(200).end("<html>"));
  const client = new Assent({ url: way.url, key, retries: 0 });
  await assert.rejects(client.consent.get("contact:1"), { name: "AssentUnreachable" });
  await way.close();
});

test("giving up while waiting for the next try ends it", async () => {
  const controller = new AbortController();
  const way = await between(service, ({ answer }) => {
    answer.writeHead(503, { "retry-after": "3600" }).end();
    setTimeout(() => controller.abort(), 20);
  });
  const client = new Assent({ url: way.url, key });
  await assert.rejects(client.consent.get("contact:1", { signal: controller.signal }), { name: "AbortError" });
  await way.close();
});

test("a decision outlives the service's end", async () => {
  const client = direct({ backoff: 100, retries: 20, maxBackoff: 500 });
  await client.consent.set("contact:killed", { dc: true });
  await service.kill();
  const refused = client.consent.set("contact:killed", { dc: false });
  await service.startAgain();
  assert.equal((await refused).consent.flags.dc.choice, "refused");
  assert.deepEqual((await signals("contact:killed")).map(({ flags }) => flags.dc), [false, true]);
});
