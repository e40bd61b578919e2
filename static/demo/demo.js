// The demo's live panels. They read the public API, with the demo's own key, as anybody's program would.

const EVERY = 1500;
const LOG_LINES = 40;

const element = (id) => document.getElementById(id);
const part = (person, name) => element(`person-${person.id}`).querySelector(`[data-part="${name}"]`);
const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;
const clock = (at) => at.toLocaleTimeString("en-GB");

// An element with a class and children; texts are never read as HTML.
function make(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function highlight(changed) {
  changed.classList.remove("changed");
  void changed.offsetWidth; // Restarts the animation.
  changed.classList.add("changed");
}

// Replaces the content only where it differs, and says that it did.
function put(place, ...children) {
  const next = make("div", "", ...children);
  if (next.innerHTML === place.innerHTML) return;
  const first = place.dataset.filled === undefined;
  place.dataset.filled = "";
  place.replaceChildren(...next.childNodes);
  if (!first) highlight(place);
}

// The mails that are out: the first ones from the outbox, later ones from this tab.

class Mails {
  constructor(outbox) {
    this.people = outbox.people;
    this.place = `assent-demo-${outbox.message}`;
    this.sent = new Map(outbox.people.map((person) => [person.id, person]));
    this.anonymous = new Set();
    this.learn(outbox.people);
    this.restore();
  }

  // A token that two people have is nobody's.
  learn(lines) {
    const clicks = lines.map((line) => line.click);
    for (const click of clicks) {
      if (clicks.filter((other) => other === click).length > 1) this.anonymous.add(click);
    }
  }

  restore() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.place) ?? "[]");
      for (const [id, line] of kept) if (this.sent.has(id)) this.sent.set(id, line);
      this.learn([...this.sent.values()]);
    } catch {
      sessionStorage.removeItem(this.place);
    }
  }

  // Takes new tokens and gives the people whose token is another one now.
  replace(lines) {
    this.learn(lines);
    const changed = [];
    for (const person of this.people) {
      const line = lines.find((line) => line.contact === person.contact);
      if (!line) continue;
      if (line.click !== this.sent.get(person.id).click) changed.push(person);
      this.sent.set(person.id, { click: line.click, preferences: line.preferences });
    }
    sessionStorage.setItem(this.place, JSON.stringify([...this.sent]));
    return changed;
  }

  click(person) {
    return this.sent.get(person.id).click;
  }

  isOwn(person) {
    return !this.anonymous.has(this.click(person));
  }

  sharedWith(person) {
    return this.people.filter((other) => other !== person && this.click(other) === this.click(person));
  }

  address(person) {
    const { click, preferences } = this.sent.get(person.id);
    return `/demo/mail/${person.id}?${new URLSearchParams({ click, preferences })}`;
  }
}

// The API.

class Api {
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

  stats() {
    return this.read(`/v1/messages/${this.outbox.message}/stats`);
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

// What just happened, in plain words.

function tell(kind, text) {
  const log = element("log");
  if (log.dataset.filled === undefined) log.replaceChildren();
  log.dataset.filled = "";
  const line = make("li", kind, make("time", "", clock(new Date())), text);
  log.prepend(line);
  highlight(line);
  while (log.children.length > LOG_LINES) log.lastElementChild.remove();
}

const SOURCES = { form: "on the form", api: "through the API", interception: "on a click", tag: "on the site" };
const VERBS = { clicks: "clicked a link", opens: "opened the mail" };
const NOUNS = { clicks: ["click", "clicks"], opens: ["open", "opens"] };

function tellDecision(person, consent, history) {
  const where = SOURCES[history[0]?.source] ?? "";
  if (consent.tracking_status === "accepted") {
    tell("decision", `${person.name} agreed ${where}. From now on these clicks may carry the name.`);
  } else if (consent.tracking_status === "refused") {
    tell("decision", `${person.name} refused ${where}. From now on clicks are only counted, also those in mails sent before.`);
  } else {
    tell("decision", `${person.name}’s answer has changed.`);
  }
}

function tellCounts(people, before, after) {
  const of = (stats, contact) => stats.people.find((line) => line.contact === contact);
  for (const kind of ["clicks", "opens"]) {
    const more = (name) => after[kind][name] - before[kind][name];
    for (const person of people) {
      const now = of(after, person.contact);
      const then = of(before, person.contact);
      const grown = (now?.[kind] ?? 0) - (then?.[kind] ?? 0);
      if (grown > 0 && more("identified") > 0) {
        tell("named", `${person.name} ${VERBS[kind]}. It is recorded with the name.`);
      }
    }
    if (more("anonymous") > 0) {
      const counted = plural(more("anonymous"), ...NOUNS[kind]);
      tell("nameless", `${counted} counted. Nothing that is stored says whose.`);
    }
    if (more("scanners") > 0) {
      tell("", `A mail scanner fetched ${kind === "clicks" ? "a link" : "the pixel"}. It is counted apart.`);
    }
  }
  for (const person of people) {
    const [then, now] = [of(before, person.contact), of(after, person.contact)];
    if (then && !now) tell("nameless", `${person.name} has left the list by name: it shows only whom the answer allows, then and now.`);
  }
}

// The panels.

function showReport(people, stats) {
  const numbers = { sent: stats.sent, untracked: stats.untracked_recipients };
  for (const kind of ["clicks", "opens"]) {
    for (const [name, value] of Object.entries(stats[kind])) numbers[`${kind}.${name}`] = value;
  }
  for (const place of document.querySelectorAll("[data-number]")) {
    put(place, String(numbers[place.dataset.number] ?? 0));
  }
  const lines = stats.people.map((line) => {
    const name = people.find((person) => person.contact === line.contact)?.name ?? line.contact;
    const did = `${plural(line.clicks, "click", "clicks")}, ${plural(line.opens, "open", "opens")}`;
    return make("li", "", make("strong", "", name), `: ${did}`);
  });
  put(element("named"), ...(lines.length ? lines : [make("li", "", "Nobody yet.")]));
}

const STATUS = { accepted: "Agreed", refused: "Refused", unanswered: "Never asked" };

function showPerson(mails, person, consent) {
  const status = part(person, "status");
  status.dataset.status = consent.tracking_status;
  put(status, STATUS[consent.tracking_status]);

  const own = mails.isOwn(person);
  const token = make("span", own ? "token own" : "token", `…${mails.click(person).slice(-4)}`);
  const others = mails.sharedWith(person).map((other) => `${other.name}’s`);
  const same = others.length ? `, the same as ${others.join(" and ")}` : ", the one for everybody who did not agree";
  put(
    part(person, "carries"),
    ...(own ? [`The mail carries ${person.name}’s own token `, token, "."] : ["The mail carries nobody’s token ", token, `${same}.`]),
  );
  const accepted = consent.tracking_status === "accepted";
  const hint = own
    ? accepted
      ? "Clicks in it are recorded with the name."
      : "It was made before the refusal. Clicks in it are only counted all the same."
    : accepted
      ? "It was made before the agreement and can name nobody. Send the newsletter again."
      : "Clicks in it are only counted.";
  put(part(person, "hint"), hint);
}

function showHistory(person, signals) {
  const lines = signals.map((signal) => {
    const refused = Object.values(signal.flags).includes(false);
    const shown = signal.shown ? ` (${signal.shown.language}, version ${signal.shown.version.slice(0, 6)})` : "";
    const text = ` ${refused ? "Refused" : "Agreed"} ${SOURCES[signal.source] ?? signal.source}${shown}`;
    return make("li", "", make("time", "", clock(new Date(signal.at))), text);
  });
  part(person, "history").replaceChildren(...(lines.length ? lines : [make("li", "", "None yet.")]));
}

// What people press.

function openMail(mails, person) {
  const mail = element("mail");
  mail.hidden = false;
  element("empty").hidden = true;
  mail.title = `The mail to ${person.name}`;
  mail.src = mails.address(person);
  element("inbox").textContent = `${person.name}’s inbox`;
  for (const card of document.querySelectorAll(".person")) {
    card.classList.toggle("open", card.dataset.person === person.id);
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element("inbox").focus({ preventScroll: true });
  element("inbox").closest("section").scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
}

async function sendAgain(api, mails) {
  const changed = mails.replace(await api.mint());
  if (!changed.length) tell("", "Sent again. Nobody’s answer has changed in between, so every mail carries the token it carried before.");
  for (const person of changed) {
    const text = mails.isOwn(person)
      ? `Sent again: the mail to ${person.name} carries ${person.name}’s own token now.`
      : `Sent again: the mail to ${person.name} carries nobody’s token now. Not even its links tell who got it.`;
    tell("decision", text);
  }
}

async function scan(mails, person, stats) {
  const link = stats.links.find((link) => link.kind === "click") ?? stats.links[0];
  const folder = link.kind === "open" ? "o" : "l";
  await fetch(`/${folder}/${link.link}/${mails.click(person)}`, { method: "HEAD", redirect: "manual", cache: "no-store" });
}

// Disables a button while its work is under way.
function onPress(button, work) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await work();
    } catch {
      tell("", "That did not work. Please try again.");
    }
    button.disabled = false;
  });
}

// A demo that was started anew has another newsletter, and this page's key is void.
async function reloadAfterRestart(known) {
  const now = await fetch("/demo/outbox.json", { cache: "no-store" }).then((answer) => answer.json()).catch(() => known);
  if (now.message && now.message !== known.message) location.reload();
}

class Demo {
  constructor(outbox) {
    this.people = outbox.people;
    this.api = new Api(outbox);
    this.mails = new Mails(outbox);
    this.consents = new Map();
    this.stats = null;
    this.timer = 0;
    this.looking = false;
  }

  start() {
    for (const person of this.people) {
      const open = element(`person-${person.id}`).querySelector('[data-action="open"]');
      open.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        openMail(this.mails, person);
      });
    }
    onPress(element("resend"), async () => {
      await sendAgain(this.api, this.mails);
      await this.look();
    });
    onPress(element("scan"), async () => {
      await scan(this.mails, this.people[0], this.stats);
      element("scanned").textContent = "Redirected, and counted apart in the report.";
      await this.look();
    });
    document.addEventListener("visibilitychange", () => this.look());
    this.look();
  }

  // Reads everything, shows it, and looks again soon; a hidden tab waits.
  async look() {
    clearTimeout(this.timer);
    if (document.hidden || this.looking) return;
    this.looking = true;
    try {
      await this.read();
      element("offline").hidden = true;
    } catch {
      element("offline").hidden = false;
      await reloadAfterRestart(this.api.outbox);
    }
    this.looking = false;
    this.timer = setTimeout(() => this.look(), EVERY);
  }

  // Each part is shown as soon as it is there, whatever becomes of the others.
  async read() {
    const parts = [this.readReport(), ...this.people.map((person) => this.readPerson(person))];
    const failed = (await Promise.allSettled(parts)).find((part) => part.status === "rejected");
    if (failed) throw failed.reason;
  }

  async readPerson(person) {
    const before = this.consents.get(person.id);
    const consent = await this.api.consent(person);
    showPerson(this.mails, person, consent);
    if (before?.version === consent.version) return;
    const history = await this.api.history(person);
    showHistory(person, history);
    if (before) tellDecision(person, consent, history);
    this.consents.set(person.id, consent);
  }

  async readReport() {
    const stats = await this.api.stats();
    if (this.stats) tellCounts(this.people, this.stats, stats);
    showReport(this.people, stats);
    this.stats = stats;
  }
}

const outbox = await fetch("/demo/outbox.json", { cache: "no-store" });
if (outbox.ok) new Demo(await outbox.json()).start();
else element("offline").hidden = false;
