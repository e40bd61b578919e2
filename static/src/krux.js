// Krux('ns:NAMESPACE', 'consent:get|set|remove|portability', parameters, callback), as pages with the Salesforce DMP's
// consent tag call it. Calls from before this file was loaded wait in Krux.q. docs/tag.md.
(() => {
  'use strict';
  const { src, dataset, nonce } = document.currentScript;
  const { organisation, base = new URL(src).origin } = dataset;
  const routes = { get: 'consent/get', set: 'consent/set', remove: 'consumer/remove', portability: 'consumer/portability' };
  const early = window.Krux?.q || [];
  let count = 0;

  const script = (space, route, address) => new Promise((done, failed) => {
    const name = `kxjsonp_consent_${route}_${count++}`;
    const element = document.createElement('script');
    const end = (tell) => { delete Krux.ns[space][name]; element.remove(); tell(); };
    (Krux.ns[space] ||= {})[name] = (body) => end(() => done(body));
    element.nonce = nonce;
    element.onerror = () => end(failed);
    element.src = `${address}&callback=Krux.ns.${space}.${name}`;
    document.head.append(element);
  });

  // By fetch, and where the page's policy or an old proxy forbids that, as a script; under one id, so that it counts once.
  const ask = async (space, route, given) => {
    const { idv, ...fields } = { idt: 'device', dt: 'kxcookie', ...given, request_id: crypto.randomUUID() };
    // A page speaks for the browser that shows it, whatever id of old it still knows.
    if (idv !== undefined && fields.dt !== 'kxcookie') fields.idv = idv;
    const values = new URLSearchParams(fields);
    const address = `${base}/${routes[route]}/${organisation}`;
    try {
      const answer = route === 'get' ? await fetch(`${address}?${values}`, { credentials: 'include' })
        : await fetch(address, { method: 'POST', body: values, credentials: 'include', keepalive: true });
      return await answer.json();
    } catch {
      return script(space, route, `${address}?${values}`);
    }
  };

  const Krux = (...given) => {
    const space = /^ns:/.test(given[0]) ? given.shift().slice(3).replace(/\W/g, '_') : '_default';
    const [command, parameters, callback] = given;
    const route = /^consent:(\w+)$/.exec(command)?.[1];
    if (!(route in routes)) return;
    ask(space, route, parameters).then(
      (body) => {
        callback?.(body.errors ?? null, body);
        if (!body.errors && route !== 'get' && route !== 'portability') window.assent?.sync();
      },
      () => callback?.(['the consent service cannot be reached'], null),
    );
  };
  Krux.ns = window.Krux?.ns || {};
  Krux.q = { push: (call) => Krux(...call) };
  window.Krux = Krux;
  for (const call of early) Krux(...call);
})();
