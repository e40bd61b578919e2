const PREFIX = "urn:assent:problem:";

/** The service refused a request: an RFC 9457 problem. `kind` is what a program should look at. */
export class AssentError extends Error {
  constructor(status, problem, requestId) {
    super(problem.detail ?? problem.title ?? `The service answered ${status}.`);
    this.name = "AssentError";
    this.status = status;
    const type = typeof problem.type === "string" ? problem.type : "";
    this.kind = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : "unknown";
    this.title = problem.title;
    this.detail = problem.detail;
    this.pointer = problem.pointer;
    this.requestId = requestId;
  }
}

/** No answer: the network, a time limit, or the service while it starts. `cause` says more. */
export class AssentUnreachable extends Error {
  constructor(message, cause) {
    super(message, { cause });
    this.name = "AssentUnreachable";
  }
}
