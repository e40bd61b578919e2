// The demo's live panels. They read the public API with the demo's own key.

import { Api } from "./api.js";
import { tell, tellCounts, tellDecision } from "./log.js";
import { Mails } from "./mails.js";
import { element } from "./page.js";
import { showHistory, showPerson, showReport } from "./panels.js";

const EVERY = 1500;

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

  // Each part is shown whatever becomes of the others; answers before what follows from them.
  async read() {
    const people = await Promise.allSettled(this.people.map((person) => this.readPerson(person)));
    await this.readReport();
    const failed = people.find((part) => part.status === "rejected");
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
