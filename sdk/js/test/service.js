// The service under test: the real one, on a state folder of its own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const binary = process.env.ASSENT_BIN ?? join(root, "target/release/assent");
const ADMIN = "admin-token-of-the-sdk-tests";

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Service {
  static async start() {
    if (!existsSync(binary)) throw new Error(`${binary} is not there: make build`);
    const service = new Service();
    service.port = await freePort();
    service.url = `http://127.0.0.1:${service.port}`;
    service.folder = await mkdtemp(join(tmpdir(), "assent-sdk-"));
    await service.startAgain();
    return service;
  }

  async startAgain() {
    const place = ["--listen", `127.0.0.1:${this.port}`, "--state-dir", this.folder];
    const settings = ["--manifest", process.env.ASSENT_MANIFEST ?? join(root, "spin.toml")];
    this.child = spawn(binary, ["up", ...place, ...settings], {
      env: { ...process.env, SPIN_VARIABLE_ADMIN_TOKEN: ADMIN },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: this.child.stdout });
    await new Promise((resolve, reject) => {
      lines.on("line", (line) => line.startsWith("listening on") && resolve());
      this.child.on("exit", (code) => reject(new Error(`the service ended with ${code}`)));
    });
  }

  /** Ends it without any warning. */
  async kill() {
    this.child.removeAllListeners("exit");
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await gone;
  }

  async end() {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A key of a new organisation. */
  async organisation(settings = {}) {
    const { id } = await this.#admin("/v1/organisations", { settings });
    const scopes = ["consent:read", "consent:write", "messages:write", "reports:read"];
    const { key } = await this.#admin("/v1/keys", { organisation: id, name: "sdk", scopes });
    return { id, key };
  }

  async #admin(path, body) {
    const answer = await fetch(this.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  }
}

/** What stands between a client and the service. `act` may answer in its place; it is told each request. */
export async function between(service, act) {
  const seen = [];
  const server = createServer((question, answer) => {
    const { method, url, headers } = question;
    seen.push({ method, url, headers, at: performance.now() });
    const pass = (then) => {
      const options = { host: "127.0.0.1", port: service.port, method, path: url, headers };
      const on = forward(options, (found) => then(found));
      on.on("error", () => answer.destroy());
      question.pipe(on);
    };
    const passOn = () =>
      pass((found) => {
        answer.writeHead(found.statusCode, found.headers);
        found.pipe(answer);
      });
    const lose = () =>
      pass((found) => {
        found.resume();
        found.on("end", () => answer.destroy());
      });
    act({ number: seen.length, answer, passOn, lose });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url, seen, close };
}

/** A storage that is lost with nothing but this object. */
export function memory() {
  const kept = new Map();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
  };
}
