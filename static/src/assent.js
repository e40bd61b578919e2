// Assent: asks the service what this browser allows, and wakes what waits for it. Options: docs/tag.md.
(() => {
  'use strict';
  const tag = document.currentScript;
  const { organisation, base = new URL(tag.src).origin, domain, dnt, banner, reload, consentMode } = tag.dataset;
  const service = `${base}/v1/site/${organisation}/`;
  const key = `assent-${organisation}`;
  const flags = ['dc', 'al', 'tg', 'cd', 'sh', 're'];
  const signal = navigator.globalPrivacyControl === true;
  const hint = dnt !== undefined && navigator.doNotTrack === '1';
  const longest = 34128000; // 13 months, in seconds
  const values = { granted: true, refused: false };
  const used = new Set(); // flags with which something was woken
  const wanted = new Set(); // what the dialog's file is to show
  let view; // the last answer of the service
  let away; // whether it gave none
  let page; // what could not be stored
  let turn = 0;
  let timer;
  let pause = 1e4;
  let last = Promise.resolve();
  let state = { allowed: {}, source: 'pending' };

  // Google Consent Mode v2: denied before any tag can ask, then one update for each change.
  const layer = (window.dataLayer = window.dataLayer || []);
  window.gtag ||= function () { layer.push(arguments); };
  const mode = (command, { dc, al, tg, sh }, more) => {
    const value = (allowed) => (allowed ? 'granted' : 'denied');
    if (consentMode !== 'off') gtag('consent', command, {
      ad_storage: value(dc),
      ad_user_data: value(al && tg && sh),
      ad_personalization: value(al && tg),
      analytics_storage: value(al),
      functionality_storage: value(dc),
      personalization_storage: value(al && tg),
      ...more,
    });
  };
  mode('default', {}, { security_storage: 'granted', wait_for_update: 500 });

  // One place to remember: the storage of this origin, or a cookie for all subdomains of data-domain.
  const cookie = () => document.cookie.split('; ').find((one) => one.startsWith(`${key}=`));
  const stored = () => {
    try {
      return domain ? decodeURIComponent(cookie().slice(key.length + 1)) : localStorage.getItem(key);
    } catch {}
  };
  const put = (text) => {
    try {
      if (domain) document.cookie = `${key}=${encodeURIComponent(text)}; Domain=${domain}; Path=/; Max-Age=${text && longest}; SameSite=Lax${location.protocol === 'https:' ? '; Secure' : ''}`;
      else localStorage.setItem(key, text);
    } catch {}
    return stored() === text;
  };
  const recall = () => {
    try {
      const { said, queue, ...more } = page || JSON.parse(stored());
      return { said: { ...said }, queue: [...queue], ...more };
    } catch {
      return { said: {}, queue: [] };
    }
  };
  const remember = (memory) => {
    page = put(JSON.stringify(memory)) ? undefined : memory;
    if (page) put(''); // nothing older may outlive it
  };

  const call = async (body, id) => {
    const answer = await fetch(`${service}consent${signal ? '?gpc=true' : ''}`, {
      credentials: 'include',
      signal: AbortSignal.timeout(5000),
      ...(body && {
        method: 'POST',
        keepalive: true,
        headers: { 'content-type': 'application/json', 'idempotency-key': id },
        body: JSON.stringify(body),
      }),
    });
    if (!answer.ok) throw answer.status;
    return answer.json();
  };

  // Sends what was decided here, in order, each under its own id. Gives what holds after the last.
  const deliver = async () => {
    let found;
    for (let memory; (memory = recall()).queue.length; remember(memory)) {
      const [id, at, said, shown] = memory.queue[0];
      let turned;
      try {
        found = await call({ flags: said, age_ms: Date.now() - at, shown }, id);
      } catch (status) {
        if (![400, 409, 413, 422].includes(status)) throw status;
        turned = true;
      }
      memory = recall();
      memory.queue = memory.queue.filter((one) => one[0] !== id);
      // A yes that the service does not take is none.
      if (turned) for (const flag in said) if (said[flag] && memory.said[flag]?.[1] === at) delete memory.said[flag];
    }
    return found;
  };

  // One at a time; an answer from before a decision no longer counts.
  const attempt = async (mine) => {
    let found;
    try {
      found = (await deliver()) ?? (await call());
    } catch {
      away = true;
    }
    if (mine !== turn) return;
    if (found) {
      pause = 1e4;
      learn(found);
    } else {
      timer = setTimeout(sync, pause * (0.5 + Math.random()));
      pause = Math.min(2 * pause, 3e5);
    }
    settle();
  };
  const sync = () => {
    const mine = ++turn;
    clearTimeout(timer);
    return (last = last.then(() => attempt(mine)));
  };

  const queue = (memory, said, shown) => {
    memory.queue.push([crypto.randomUUID(), Date.now(), said, shown]);
    remember(memory);
    return sync();
  };

  // Remembers the answer for when the service is away. If it does not know this browser, that stays as it is.
  const learn = (found) => {
    view = found;
    const memory = recall();
    if (view.known) {
      const said = {};
      const lost = {};
      for (const flag of flags) {
        const { choice, decided_at } = view.flags[flag];
        const own = memory.said[flag];
        const at = Date.parse(decided_at) || 0;
        if (choice) said[flag] = [values[choice], at];
        if (own?.[0] === false && own[1] > at && choice !== 'refused') {
          said[flag] = own;
          if (choice) lost[flag] = false;
        }
      }
      remember({ ...memory, said, lasts: view.grants_last_seconds });
      if (Object.keys(lost).length) queue(recall(), lost);
    }
    // The privacy signal is stored once, where this browser can remember that.
    if (view.unrecorded_gpc && !memory.signalled) {
      remember({ ...recall(), signalled: true });
      if (!page) queue(recall(), {});
    }
  };

  // What is allowed. Of a yes and a no the later counts. With the service away, only a yes that was said
  // counts; before anything is known, nothing.
  const settle = () => {
    const { said, queue, lasts, told } = recall();
    const since = Date.parse(view?.notice_since) || 0;
    const next = { allowed: {}, choices: {}, locked: {}, regime: view?.regime, gpc: !!view?.gpc, opted_out: !!view?.opted_out,
      ask: false, source: view ? 'service' : away ? 'memory' : 'pending', saved: !page || !queue.length };
    for (const flag of flags) {
      const seen = view?.flags[flag];
      const [own, at] = said[flag] || [];
      const here = !view?.known || queue.some((one) => flag in one[2]) || (own === false && at > (Date.parse(seen.decided_at) || 0));
      const holds = own === false || (own && at >= since && Date.now() < at + (lasts || longest) * 1e3);
      const choice = here && holds ? own : view?.known || !here ? values[seen.choice] : undefined;
      const locked = seen ? seen.locked : signal;
      const allowed = (view || away) && !locked && (choice ?? (!!seen?.allowed && !hint));
      next.choices[flag] = choice;
      next.locked[flag] = locked;
      next.allowed[flag] = !!allowed;
      if (view?.asks.includes(flag) && !locked && !hint) next.ask ||= choice === undefined ? !allowed : !here && view.ask_again;
    }
    const is = ({ source, allowed, choices }) => JSON.stringify([source, allowed, choices]);
    const changed = is(next) !== is(state);
    state = next;
    // What has run cannot be stopped, only the page that it runs on.
    if (reload !== 'off' && state.saved && [...used].some((flag) => !state.allowed[flag])) return location.reload();
    if (!changed) return;
    mode('update', state.allowed);
    layer.push({ event: 'assent', consent: state.allowed, regime: state.regime });
    wake();
    assent.dispatchEvent(new CustomEvent('change', { detail: get() }));
    if (banner !== 'off' && (state.ask || (state.gpc && !told))) show('banner');
  };

  const may = (element) => {
    const needs = (element.dataset.consent || 'dc').split(/[\s,]+/);
    return needs.every((flag) => state.allowed[flag]) && needs.every((flag) => used.add(flag));
  };
  const wake = () => {
    for (const waiting of document.querySelectorAll('script[type="text/plain"][data-consent]')) {
      if (!may(waiting)) continue;
      const script = document.createElement('script');
      for (const { name, value } of waiting.attributes) if (name !== 'type') script.setAttribute(name, value);
      script.type = waiting.dataset.type || '';
      script.nonce = waiting.nonce || tag.nonce;
      script.async = waiting.hasAttribute('async');
      script.text = waiting.text;
      waiting.replaceWith(script);
    }
    for (const frame of document.querySelectorAll('iframe[data-consent][data-src]:not([src])')) {
      if (may(frame)) {
        // A new one: a frame that is just being made may lose an address that it is given then.
        const live = frame.cloneNode();
        const focused = document.activeElement === frame;
        live.src = frame.dataset.src;
        frame.replaceWith(live);
        if (focused) live.focus();
      }
      else if (state.source !== 'pending') show('embeds');
    }
  };

  // The dialog has its own file, loaded when there is something to show.
  const show = (what) => {
    if (assent.render) return assent.render(what);
    if (!wanted.size) {
      const script = document.createElement('script');
      script.nonce = tag.nonce;
      script.src = `${base}/static/assent-dialog.js`;
      script.onload = () => wanted.forEach((one) => assent.render(one));
      document.head.append(script);
    }
    wanted.add(what);
  };

  const get = (flag) => (flag ? !!state.allowed[flag] : structuredClone(state));
  const set = async (given, shown) => {
    const memory = recall();
    const said = {};
    for (const flag of flags) {
      if (typeof given[flag] !== 'boolean' || (given[flag] && state.locked?.[flag])) continue;
      said[flag] = given[flag];
      memory.said[flag] = [said[flag], Date.now()];
    }
    if (Object.keys(said).length) {
      const sent = queue(memory, said, shown);
      settle();
      await sent;
    }
    return get();
  };
  const assent = (window.assent = Object.assign(new EventTarget(), {
    get, set, sync, service, tag, open: () => show('preferences'), tell: () => remember({ ...recall(), told: true }),
  }));

  addEventListener('click', (event) => {
    if (event.target.closest?.('[data-consent-open]')) show('preferences');
  });
  addEventListener('storage', (event) => event.key === key && (settle(), sync()));
  addEventListener('online', sync);
  addEventListener('pageshow', (event) => event.persisted && sync());
  new MutationObserver(wake).observe(document, { childList: true, subtree: true });
  sync();
})();
