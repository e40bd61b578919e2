// The public API, called as anybody’s program would.

export class Api {
  constructor(outbox) {
    this.outbox = outbox;
  }

  async call(path, options = {}) {
    const headers = { authorization: `Bearer ${this.outbox.key}`, ...options.headers };
    const answer = await fetch(path, { ...options, headers, cache: "no-store" });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer;
  }

  async read(path) {
    return (await this.call(path)).json();
  }

  async stats() {
    const message = `/v1/messages/${this.outbox.message}`;
    const [stats, acted] = await Promise.all([this.read(`${message}/stats`), this.read(`${message}/contacts`)]);
    return { ...stats, people: acted.contacts };
  }

  consent(person) {
    return this.read(`/v1/consent/${encodeURIComponent(`contact:${person.contact}`)}`);
  }

  async history(person) {
    const path = `/v1/consent/${encodeURIComponent(`contact:${person.contact}`)}/history`;
    return (await this.read(path)).signals;
  }

  async mint() {
    const contacts = this.outbox.people.map((person) => person.contact);
    const answer = await this.call(`/v1/messages/${this.outbox.message}/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ contacts }),
    });
    const lines = (await answer.text()).trim().split("\n");
    return lines.map((line) => JSON.parse(line));
  }
}
