// The package as others get it: packed, installed in another folder, its types checked, its examples run.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Service } from "./service.js";

const run = promisify(execFile);
const here = fileURLToPath(new URL("..", import.meta.url));
const TYPESCRIPT = "typescript@5.9.3";

let service;
let folder;
let env;

before(async () => {
  service = await Service.start();
  folder = await mkdtemp(join(tmpdir(), "assent-sdk-user-"));
  const { key } = await service.organisation();
  env = { ...process.env, ASSENT_URL: service.url, ASSENT_KEY: key, STATE_FOLDER: folder };
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: here });
  const [{ filename, files }] = JSON.parse(stdout);
  const names = files.map(({ path }) => path).sort();
  assert.deepEqual(names, [
    "LICENSE", "README.md", "package.json",
    ...["assent.js", "errors.js", "index.d.ts", "index.js", "queue.js", "transport.js"].map((name) => `src/${name}`),
  ]);
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, filename)], { cwd: folder });
});
after(async () => {
  await service.end();
  await rm(folder, { recursive: true, force: true });
});

test("the examples of the README run", async () => {
  const readme = await readFile(join(here, "README.md"), "utf8");
  const examples = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
  const expected = [/her clicks may be counted/, /contact:4713 \{ dc: false \}/, /4711 \S+ \S+\n4712 /, /^invalid \/flags\/xx/, /^$/];
  assert.equal(examples.length, expected.length);
  for (const [place, code] of examples.entries()) {
    const file = join(folder, `example${place}.js`);
    await writeFile(file, code);
    const { stdout, stderr } = await run("node", [file], { cwd: folder, env });
    assert.match(stdout, expected[place], code);
    assert.equal(stderr, "", code);
  }
});

test("nothing is used that React Native lacks", async () => {
  const lacking = /node:|\bprocess\.|\bBuffer\b|AbortSignal\.|structuredClone|new URL\(|URLSearchParams|\.body\.getReader|localStorage/;
  for (const name of ["assent.js", "errors.js", "index.js", "queue.js", "transport.js"]) {
    const text = await readFile(join(here, "src", name), "utf8");
    assert.doesNotMatch(text, lacking, name);
  }
});

const USE = `
import { Assent, AssentError, AssentUnreachable, DecisionQueue, type Flags, type Signal } from "@assent-edge/sdk";
const assent = new Assent({ url: "https://consent.example.org", key: "k", retries: 2 });
const flags: Flags = { dc: true, al: false };
export async function use(): Promise<boolean> {
  const { status, consent } = await assent.consent.set("contact:1", flags, { at: new Date(), gppSid: [7], gpp: "D" });
  const isNew: boolean = status === "recorded" && consent.flags.dc.effective;
  const found: Signal[] = [];
  for await (const signal of assent.consent.history("contact:1")) found.push(signal);
  try {
    await assent.consent.erase("contact:1", { idempotencyKey: "12345678" });
  } catch (error) {
    if (error instanceof AssentError && error.kind === "conflict") throw error;
    if (error instanceof AssentUnreachable) return false;
  }
  const queue = new DecisionQueue(assent, { getItem: () => null, setItem: () => undefined });
  return isNew && (await queue.add({ subject: "contact:1", flags })) && (await queue.size()) === 0;
}
// @ts-expect-error A flag that does not exist.
void assent.consent.set("contact:1", { xx: true });
// @ts-expect-error A gate that does not exist.
void assent.consent.allows("open", "contact:1");
// @ts-expect-error A problem that does not exist.
export const wrong = (error: AssentError): boolean => error.kind === "conflikt";
`;

test("the types are those of the package", async (context) => {
  try {
    await run("npm", ["install", "--no-audit", "--no-fund", TYPESCRIPT], { cwd: folder });
  } catch (error) {
    context.skip(`${TYPESCRIPT} cannot be fetched: ${error.stderr?.trim().split("\n").at(-1)}`);
    return;
  }
  await writeFile(join(folder, "use.ts"), USE);
  const options = ["--noEmit", "--skipLibCheck", "false", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"];
  try {
    await run(join(folder, "node_modules/.bin/tsc"), [...options, "use.ts"], { cwd: folder });
  } catch (error) {
    assert.fail(error.stdout);
  }
});
