// The mails that are out: the first ones from the outbox, later ones from this tab.

export class Mails {
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
