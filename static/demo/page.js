// Small helpers: texts are never read as HTML, and only what differs is replaced.

export const element = (id) => document.getElementById(id);
export const part = (person, name) => element(`person-${person.id}`).querySelector(`[data-part="${name}"]`);
export const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;
export const clock = (at) => at.toLocaleTimeString("en-GB");

// An element with a class and children; texts are never read as HTML.
export function make(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function highlight(changed) {
  changed.classList.remove("changed");
  void changed.offsetWidth; // Restarts the animation.
  changed.classList.add("changed");
}

// Replaces the content only where it differs, and says that it did.
export function put(place, ...children) {
  const next = make("div", "", ...children);
  if (next.innerHTML === place.innerHTML) return;
  const first = place.dataset.filled === undefined;
  place.dataset.filled = "";
  place.replaceChildren(...next.childNodes);
  if (!first) highlight(place);
}
