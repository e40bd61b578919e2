export type Flag = "dc" | "al" | "tg" | "cd" | "sh" | "re";
/** `true` is a yes, `false` a no; a flag that is left out says nothing. */
export type Flags = Partial<Record<Flag, boolean>>;
export type Gate = "collect" | "analyse" | "target" | "cross_device" | "share" | "share_account" | "reidentify" | "track";
export type Regime = "law25" | "gdpr" | "casl" | "ccpa" | "global";
export type Tier = "direct" | "second_party" | "third_party";
export type Source =
  | "api" | "tag" | "sdk" | "form" | "interception" | "one_click" | "file" | "console" | "gpc" | "tcf" | "gpp";

/** What the person saw. */
export interface Shown { form: string; version: string; language: string }

export interface AssentOptions {
  /** The service, such as `https://consent.example.org`. */
  url: string;
  /** An API key. It belongs on servers: never put one into a page or an app. */
  key?: string;
  /** More headers of every request. */
  headers?: Record<string, string>;
  /** In the place of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** For each try, in milliseconds: 10 000. */
  timeout?: number;
  /** How often a request is sent again: 4. */
  retries?: number;
  /** Before the first repetition, in milliseconds; then twice as long each time: 250. */
  backoff?: number;
  /** The longest time between two tries, unless the service asks for more: 10 000. */
  maxBackoff?: number;
}

export interface CallOptions {
  timeout?: number;
  retries?: number;
  signal?: AbortSignal;
}
export interface ChangeOptions extends CallOptions {
  /** The id under which this may be repeated: 8 to 128 letters, digits, `-`, `_`, `.` or `:`. A new one unless given. */
  idempotencyKey?: string;
}

/** What else a decision says. */
export interface Circumstances {
  /** When the person decided; left out for a decision made now. */
  at?: string | Date;
  regime?: Regime;
  /** Where the person is: ISO 3166-1 or -2. */
  region?: string;
  tier?: Tier;
  shown?: Shown;
  /** A TC string. */
  tcf?: string;
  /** A GPP string. */
  gpp?: string;
  /** Its sections that apply. */
  gppSid?: number[];
  /** Whether the person's browser sent `Sec-GPC: 1`. */
  gpc?: boolean;
}

/** A decision as `POST /v1/consent` takes it. */
export interface Decision {
  subject: string;
  flags?: Flags;
  at?: string;
  regime?: Regime;
  region?: string;
  tier?: Tier;
  shown?: Shown;
  tcf?: string;
  gpp?: string;
  gpp_sid?: number[];
  gpc?: boolean;
}

export interface FlagState {
  choice: "granted" | "refused" | null;
  effective: boolean;
  basis: string;
  tier?: Tier;
  source?: Source;
  decided_at?: string;
}
export interface ConsentState {
  subject?: string;
  regime: Regime;
  flags: Record<Flag, FlagState>;
  gates: Record<Gate, boolean>;
  tracking_status: "accepted" | "refused" | "unanswered";
  hasTrackingConsent: boolean | null;
  dtTrackingConsent: string | null;
  erased_at?: string;
  may_ask_again_at?: string | null;
  version: number;
  source: "history" | "projection" | "hold";
  explanation?: unknown;
}

export type RecordedStatus = "recorded" | "repeated" | "void";
export interface Recorded {
  request_id: string;
  status: RecordedStatus;
  at: string;
  devices: number;
  consent: ConsentState;
}
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  pointer?: string;
}
export interface ManyRecorded {
  request_id: string;
  recorded: number;
  rejected: number;
  items: { item: number; status: RecordedStatus | "rejected"; at?: string; devices?: number; problem?: Problem }[];
}
export interface Erased {
  request_id: string;
  status: "erased" | "repeated";
  at: string;
  devices: number;
  consent: ConsentState;
}
export interface Signal {
  seq: number;
  request_id: string;
  item: number;
  action: "set" | "remove" | "portability";
  via?: string;
  flags: Flags;
  tier: Tier;
  source: Source;
  regime: Regime;
  regime_source: "req" | "ip" | "org";
  at: string;
  grants_at?: string;
  received_at: string;
  shown?: Shown;
  evidence?: { mapping: number; tcf?: string; gpp?: string; gpp_sid?: number[]; sections?: string[]; gpc?: boolean };
  actor?: string;
}
export interface Linked { subject: string; linked_at: string }
export interface Everything {
  subject: string;
  at: string;
  consent: ConsentState;
  signals: Signal[];
  links: Linked[];
  messages: Record<string, string>;
  interactions: { message: string; kind: string; link: string; destination: string; at: string }[];
  devices?: Everything[];
}
export interface Checked {
  gate: Gate;
  allowed: number;
  refused: number;
  items: {
    subject: string;
    allowed: boolean;
    closed_by?: Partial<Record<Flag, string>>;
    receiver_closed_by?: Partial<Record<Flag, string>>;
    regime: Regime;
    version: number;
  }[];
}
/** What makes an answer stricter. */
export interface Tightened {
  regime?: Regime;
  region?: string;
  gpc?: boolean;
}

export interface Consent {
  /** Records one decision; durable and in force when this is done. */
  set(subject: string, flags: Flags | undefined, options?: Circumstances & ChangeOptions): Promise<Recorded>;
  /** Records a decision that is written as in `POST /v1/consent`. */
  record(decision: Decision, options?: ChangeOptions): Promise<Recorded>;
  /** Records up to 10 000 decisions; the answer has a result for each, in their order. */
  setMany(decisions: Decision[], options?: ChangeOptions): Promise<ManyRecorded>;
  /** What is in force. */
  get(
    subject: string,
    options?: Tightened & { source?: "history" | "projection"; explain?: boolean } & CallOptions,
  ): Promise<ConsentState>;
  /** Whether a gate is open for one subject. */
  allows(gate: Gate, subject: string, options?: Tightened & { receiver?: string } & CallOptions): Promise<boolean>;
  /** Whom of up to 10 000 subjects a gate is open for, and what keeps it closed for the others. */
  check(gate: Gate, subjects: string[], options?: Tightened & { receiver?: string } & CallOptions): Promise<Checked>;
  /** Erases everything about one person. What was said before stays void. */
  erase(subject: string, options?: ChangeOptions): Promise<Erased>;
  /** Everything that is stored about one person. */
  export(subject: string, options?: ChangeOptions): Promise<Everything>;
  /** Every signal about a subject, newest first. */
  history(subject: string, options?: { limit?: number } & CallOptions): AsyncGenerator<Signal, void, undefined>;
}

export interface Links {
  /** Links the two, if both allow cross-device use. */
  add(subject: string, device: string, options?: ChangeOptions): Promise<LinkState>;
  /** Ends the link. */
  remove(subject: string, device: string, options?: ChangeOptions): Promise<LinkState>;
  /** To whom a subject is linked. */
  list(subject: string, options?: CallOptions): Promise<Linked[]>;
}
export interface LinkState { subject: string; device: string; linked: boolean; linked_at?: string }

export interface NewMessage {
  name: string;
  /** `html` unless given. */
  format?: "html" | "text";
  content: string;
  /** The merge tag under which your mailing system puts a person's click token. */
  click_tag: string;
  /** The merge tag under which it puts her preferences token. */
  preferences_tag: string;
  pixel?: boolean;
  base_url?: string;
  ceiling?: unknown;
}
export interface Message {
  id: string;
  content: string;
  links: { id: string; kind: string; destination: string }[];
  [field: string]: unknown;
}
export interface Tokens { contact: string; click: string; preferences: string; [field: string]: unknown }
export interface Messages {
  /** Registers a mail's links and gives it rewritten. */
  create(message: NewMessage, options?: ChangeOptions): Promise<Message>;
  /** A mail as it was registered. */
  get(id: string, options?: CallOptions): Promise<Message>;
  /** A click token and a preferences token for each of up to 10 000 contacts; counts them as sent. */
  tokens(id: string, contacts: string[], options?: ChangeOptions): Promise<Tokens[]>;
  /** Totals, and by name those who may be named. */
  stats(id: string, options?: CallOptions): Promise<Record<string, unknown>>;
}

export interface Change {
  seq: number;
  type: "consent.granted" | "consent.refused" | "consent.erased";
  subject: string | null;
  subject_ref: string;
  flags: Flags;
  tier: Tier;
  source: Source;
  regime: Regime;
  at: string;
  received_at: string;
  request_id: string;
  item: number;
}
export interface Changes {
  /** One page of what came after a place. */
  page(after?: number, options?: { limit?: number } & CallOptions): Promise<{ changes: Change[]; next: string }>;
  /** All that came after a place, up to now. Keep the `seq` of the last to go on from there. */
  since(after?: number, options?: { limit?: number } & CallOptions): AsyncGenerator<Change, void, undefined>;
}

/** A client of one organisation in an Assent service. */
export declare class Assent {
  constructor(options: AssentOptions);
  readonly consent: Consent;
  readonly links: Links;
  readonly messages: Messages;
  readonly changes: Changes;
}

/** The last part of a problem's `type`; `docs/errors.md` lists them. */
export type ProblemKind =
  | "malformed" | "invalid" | "timestamp_in_future" | "unauthenticated" | "forbidden" | "not_found" | "no_consent"
  | "method_not_allowed" | "conflict" | "gate_closed" | "too_large" | "unsupported_media_type" | "unavailable"
  | "internal" | "unknown";

/** The service refused a request: an RFC 9457 problem. */
export declare class AssentError extends Error {
  readonly status: number;
  readonly kind: ProblemKind;
  readonly title?: string;
  readonly detail?: string;
  /** The place in the body, or the parameter. */
  readonly pointer?: string;
  readonly requestId?: string;
}

/** No answer: the network, or a time limit. */
export declare class AssentUnreachable extends Error {}

/** Where a queue keeps what waits: `localStorage`, React Native's AsyncStorage, or three functions of your own. */
export interface Storage {
  getItem(name: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(name: string, value: string): void | Promise<void>;
}

export interface QueueOptions {
  /** Under which name it is kept: `assent-queue`. */
  name?: string;
  /** Told of a decision that the service will never take. */
  onRejected?(decision: Decision, error: AssentError): void;
  /** Told why decisions wait: no network, or a key that is not taken. */
  onWaiting?(error: Error): void;
  /** The time, in milliseconds: `Date.now`. */
  now?(): number;
}

/** Decisions that are kept until the service has them, and sent in the order in which they were made. */
export declare class DecisionQueue {
  constructor(assent: Pick<Assent, "consent">, storage: Storage, options?: QueueOptions);
  /** Keeps a decision and tries to send it: `true` if the service has it, `false` if it waits. */
  add(decision: Decision): Promise<boolean>;
  /** Sends what waits; gives how many still wait. */
  flush(): Promise<number>;
  /** How many decisions wait. */
  size(): Promise<number>;
}
