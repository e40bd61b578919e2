// The report, and what each person said and got.

import { SOURCES } from "./log.js";
import { clock, element, make, part, plural, put } from "./page.js";

export function showReport(people, stats) {
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

// What the mail can do now, by today's answer and by the token that was made under an earlier one.
const ONLY_COUNTED = "Clicks in it are only counted.";
const HINTS = {
  accepted: {
    own: "Clicks in it are recorded with the name.",
    nobodys: "It was made before the agreement and can name nobody. Send the newsletter again.",
  },
  refused: {
    own: "It was made before the refusal. Clicks in it are only counted all the same.",
    nobodys: ONLY_COUNTED,
  },
  unanswered: { own: ONLY_COUNTED, nobodys: ONLY_COUNTED },
};

export function showPerson(mails, person, consent) {
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
  put(part(person, "hint"), HINTS[consent.tracking_status][own ? "own" : "nobodys"]);
}

export function showHistory(person, signals) {
  const lines = signals.map((signal) => {
    const refused = Object.values(signal.flags).includes(false);
    const shown = signal.shown ? ` (${signal.shown.language}, version ${signal.shown.version.slice(0, 6)})` : "";
    const text = ` ${refused ? "Refused" : "Agreed"} ${SOURCES[signal.source] ?? signal.source}${shown}`;
    return make("li", "", make("time", "", clock(new Date(signal.at))), text);
  });
  part(person, "history").replaceChildren(...(lines.length ? lines : [make("li", "", "None yet.")]));
}
