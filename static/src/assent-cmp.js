// Reads the consent management platform that is on the page already (TCF: __tcfapi, GPP: __gpp) and tells Assent what
// the person said there. Comes after assent.js, where the platform asks in the place of Assent's banner. What a string
// means is decided by the service (docs/signals.md); here a no only takes hold at once, also with the service away.
(() => {
  'use strict';
  const { assent } = window;
  const name = `assent-cmp-${assent.tag.dataset.organisation}`;
  const purposes = { dc: [1], al: [7, 8, 9], tg: [3, 4, 5, 6] };
  const told = {}; // by kind, the newest string of this page

  const recall = (kind) => {
    try {
      return told[kind] ?? localStorage.getItem(`${name}-${kind}`);
    } catch {}
  };
  const remember = (kind, text) => {
    try {
      localStorage.setItem(`${name}-${kind}`, text);
    } catch {}
  };

  let last = Promise.resolve(); // one after the other, so that no yes arrives behind a no that was said after it
  const tell = (kind, body, refused, isNow) => {
    const text = JSON.stringify(body);
    if (recall(kind) === text) return;
    told[kind] = text;
    const { choices = {} } = assent.get();
    const said = Object.fromEntries(refused.filter((flag) => choices[flag] !== false).map((flag) => [flag, false]));
    const closed = Object.keys(said).length && assent.set(said);
    const at = Date.now();
    last = last.then(() => closed).then(() => send(kind, text, body, isNow && at));
  };

  // `age_ms` only where the person decided just then; a string alone says the day.
  const send = async (kind, text, body, at) => {
    if (told[kind] !== text) return; // there is a newer one
    try {
      const answer = await fetch(`${assent.service}consent`, {
        method: 'POST',
        credentials: 'include',
        keepalive: true,
        signal: AbortSignal.timeout(5000),
        headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
        body: JSON.stringify(at ? { ...body, age_ms: Date.now() - at } : body),
      });
      // 422: there is nothing in it that counts, and never will be.
      if (!answer.ok && answer.status !== 422) throw answer.status;
      remember(kind, text);
      await assent.sync();
    } catch {
      if (told[kind] === text) delete told[kind]; // the next page tries again
    }
  };

  const read = {
    // A yes is one only when the person has finished, in a place where the framework is known to apply.
    __tcfapi: (api) => api('addEventListener', 2, (data, success) => {
      const { eventStatus, gdprApplies, tcString, purposeOneTreatment, purpose } = data || {};
      if (!success || gdprApplies !== true || !tcString || !['tcloaded', 'useractioncomplete'].includes(eventStatus)) return;
      const consented = (id) => purpose?.consents?.[id] === true;
      const refused = Object.keys(purposes).filter((flag) => !(flag === 'dc' && purposeOneTreatment) && !purposes[flag].every(consented));
      tell('tcf', { tcf: tcString }, refused.includes('dc') ? [...refused, 'cd', 'sh', 're'] : refused, eventStatus === 'useractioncomplete');
    }),
    __gpp: (api) => api('addEventListener', (event, success) => {
      const { signalStatus, gppString, applicableSections, supportedAPIs, parsedSections } = event?.pingData || {};
      const ids = (applicableSections || []).filter((id) => id > 0);
      if (!success || signalStatus !== 'ready' || !gppString || !ids.length) return;
      const names = (supportedAPIs || []).map((one) => one.split(':')).filter(([id]) => ids.includes(Number(id)));
      const segments = names.flatMap(([, prefix]) => parsedSections?.[prefix] || []);
      const says = (...tests) => segments.some((segment) => tests.some(([field, value]) => segment[field] === value));
      const refused = new Set();
      if (says(['SaleOptOut', 1], ['SharingOptOut', 1], ['Gpc', true], ['OptOutSale', 'Y'])) for (const flag of ['tg', 'cd', 'sh']) refused.add(flag);
      if (says(['TargetedAdvertisingOptOut', 1])) for (const flag of ['tg', 'cd']) refused.add(flag);
      tell('gpp', { gpp: gppString, gpp_sid: ids }, [...refused]);
    }),
  };

  // The platform may come later than this file.
  let tries = 0;
  const find = () => {
    for (const api of Object.keys(read)) {
      if (typeof window[api] !== 'function') continue;
      read[api](window[api]);
      delete read[api];
    }
    if (Object.keys(read).length && (tries += 1) < 240) setTimeout(find, 250);
  };
  find();
})();
