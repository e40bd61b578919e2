// What just happened, in plain words.

import { clock, element, highlight, make, plural } from "./page.js";

const LOG_LINES = 40;

export function tell(kind, text) {
  const log = element("log");
  if (log.dataset.filled === undefined) log.replaceChildren();
  log.dataset.filled = "";
  const line = make("li", kind, make("time", "", clock(new Date())), text);
  log.prepend(line);
  highlight(line);
  while (log.children.length > LOG_LINES) log.lastElementChild.remove();
}

export const SOURCES = { form: "on the form", api: "through the API", interception: "on a click", tag: "on the site" };
const VERBS = { clicks: "clicked a link", opens: "opened the mail" };
const NOUNS = { clicks: ["click", "clicks"], opens: ["open", "opens"] };

export function tellDecision(person, consent, history) {
  const where = SOURCES[history[0]?.source] ?? "";
  if (consent.tracking_status === "accepted") {
    tell("decision", `${person.name} agreed ${where}. From now on these clicks may carry the name.`);
  } else if (consent.tracking_status === "refused") {
    tell("decision", `${person.name} refused ${where}. From now on clicks are only counted, also those in mails sent before.`);
  } else {
    tell("decision", `${person.name}’s answer has changed.`);
  }
}

export function tellCounts(people, before, after) {
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
