// Plain modules without a build step and without dependencies. What is used is what Node 20, browsers and React
// Native have in common: fetch, AbortController, timers, JSON.
export { Assent } from "./assent.js";
export { AssentError, AssentUnreachable } from "./errors.js";
export { DecisionQueue } from "./queue.js";
