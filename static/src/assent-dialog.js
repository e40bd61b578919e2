// The banner, the preference dialog, and what stands in embeds that wait. Loaded by assent.js when one of them is due.
// Everything is in a shadow root with a constructed style sheet, so a strict Content-Security-Policy holds.
(() => {
  'use strict';
  const { assent } = window;
  const { service, tag } = assent;
  const html = document.documentElement;

  const css = `
:host { all: initial; display: contents; color-scheme: light dark; }
* { box-sizing: border-box; }
.banner, dialog, .embed {
  color: var(--ink); background: var(--card);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  overflow-wrap: break-word; text-align: start;
}
.banner {
  position: fixed; z-index: 2147483647; inset-block-end: 0; inset-inline: 0; max-block-size: 80vh; overflow: auto;
  border-block-start: 1px solid var(--line); box-shadow: 0 -0.5rem 2rem rgb(0 0 0 / 0.16);
}
.banner > div { max-inline-size: 68rem; margin-inline: auto; padding: 1.25rem clamp(1rem, 4vw, 2rem); }
dialog {
  inline-size: min(44rem, calc(100vw - 1.5rem)); max-block-size: calc(100vh - 1.5rem); max-block-size: calc(100dvh - 1.5rem);
  margin: auto; padding: 0; overflow: auto; overscroll-behavior: contain; border: 1px solid var(--line); border-radius: 1rem;
}
dialog::backdrop { background: rgb(0 0 0 / 0.55); }
dialog > form { display: flex; flex-direction: column; }
header, .body { padding: 1.25rem clamp(1rem, 4vw, 1.75rem); }
header { display: flex; align-items: start; justify-content: space-between; gap: 1rem; padding-block-end: 0; }
.body > :first-child { margin-block-start: 0; }
h2 { margin: 0; font-size: 1.25rem; line-height: 1.3; font-weight: 650; text-wrap: balance; }
h3 { margin: 0; font-size: 1rem; font-weight: 650; }
p { margin: 0.4rem 0 0; max-inline-size: 65ch; }
.muted { color: var(--muted); }
.notice { margin-block-start: 0.75rem; padding: 0.75rem 1rem; background: var(--tint); border-inline-start: 0.25rem solid var(--accent-edge); border-radius: 0.5rem; max-inline-size: none; }
.notice strong { display: block; }
a { color: var(--link); text-underline-offset: 0.18em; }
.groups { margin: 1.25rem 0 0; padding: 0; list-style: none; border-block-end: 1px solid var(--line); }
.groups li { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.9rem 0; border-block-start: 1px solid var(--line); }
.groups label { display: block; font-weight: 650; padding-block: 0.15rem; cursor: pointer; }
.groups p { grid-column: 1; margin-block-start: 0.15rem; }
input[role=switch] {
  appearance: none; grid-column: 2; grid-row: 1 / span 2; align-self: start; position: relative; flex: none; cursor: pointer;
  inline-size: 3.25rem; block-size: 2rem; margin: 0; border: 2px solid var(--muted); border-radius: 2rem; background: var(--card);
}
input[role=switch]::before {
  content: ""; position: absolute; inset-block: 0.25rem; inset-inline-start: 0.25rem; inline-size: 1.25rem; border-radius: 50%;
  background: var(--muted);
}
input[role=switch]:checked { background: var(--accent); border-color: var(--accent-edge); }
input[role=switch]:checked::before { inset-inline: auto 0.25rem; background: var(--on-accent); }
input[role=switch]:disabled { cursor: not-allowed; border-style: dashed; }
.actions { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11.5rem), 1fr)); gap: 0.75rem; margin-block-start: 1.25rem; }
dialog .actions { position: sticky; inset-block-end: 0; margin: 0; padding: 1rem clamp(1rem, 4vw, 1.75rem); background: var(--card); border-block-start: 1px solid var(--line); }
/* One rule for every answer: the same size, the same weight, the same colour. */
button {
  appearance: none; min-block-size: 3rem; padding: 0.6rem 1rem; cursor: pointer; font: inherit; font-weight: 650; line-height: 1.3;
  color: var(--on-accent); background: var(--accent); border: 2px solid var(--accent-edge); border-radius: 0.6rem;
}
button:hover { text-decoration: underline; text-underline-offset: 0.2em; }
.plain { color: var(--ink); background: transparent; border-color: var(--muted); }
.close { min-block-size: 2.75rem; min-inline-size: 2.75rem; margin: -0.5rem; margin-inline-start: 0; padding: 0; border-color: transparent; font-size: 1.5rem; }
.foot { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.5rem; margin-block-start: 0.4rem; }
.foot a, .foot label { display: inline-block; padding-block: 0.6rem; }
select { min-block-size: 2.75rem; padding-inline: 0.5rem; font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--muted); border-radius: 0.5rem; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
h2:focus-visible { outline: none; }
.embed { display: grid; place-content: center; justify-items: center; gap: 0.6rem; min-block-size: 100vh; padding: 1rem; text-align: center; background: var(--tint); }
.embed p, .embed h1 { margin: 0; font-size: 1rem; line-height: 1.4; }
body { margin: 0; }
@media (min-width: 60rem) {
  .wide { display: grid; grid-template-columns: 1fr 20rem; gap: 0 2.5rem; align-items: center; }
  .wide .actions { grid-template-columns: 1fr; margin: 0; }
}
@media (max-height: 34rem) { dialog .actions { position: static; } }
@media (forced-colors: active) {
  input[role=switch]::before { background: ButtonText; }
  input[role=switch]:checked::before { background: Highlight; }
}
@media print { .banner { display: none; } }
`;

  const colours = ({ light, dark }) => {
    const list = (of) => Object.entries(of).map(([name, value]) => `--${name}: ${value};`).join(' ');
    return `:root, :host { ${list(light)} }\n@media (prefers-color-scheme: dark) { :root, :host { ${list(dark)} } }\n`;
  };
  const dress = (root, view, words) => {
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync(colours(words.colours) + css);
    root.adoptedStyleSheets = [sheet];
  };

  const make = (name, properties = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
      else if (value === true) element.setAttribute(key, '');
      else if (value !== false && value != null) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
  };

  // The words come from the service, in the language of the page, of the reader, or as chosen here.
  const loaded = new Map();
  let language = tag.dataset.language || html.lang || '';
  const load = async (chosen) => {
    const answer = await fetch(`${service}banner?language=${encodeURIComponent(chosen)}`, { credentials: 'include' });
    if (!answer.ok) throw new Error(`assent: ${answer.status}`);
    return answer.json();
  };
  const words = () => {
    if (!loaded.has(language)) {
      const coming = load(language);
      loaded.set(language, coming);
      coming.catch(() => setTimeout(() => loaded.delete(language), 1e4));
    }
    return loaded.get(language);
  };

  let host;
  let root;
  let shown; // 'banner', 'preferences', or nothing
  const stage = (found) => {
    if (!host) {
      // Before the body: first in the order of the keyboard, and outside the page's own selectors.
      host = make('assent-consent');
      root = host.attachShadow({ mode: 'open' });
    }
    if (!host.isConnected) html.insertBefore(host, document.body);
    host.lang = found.language;
    host.dir = found.direction;
    dress(root, window, found);
    return root;
  };
  const clear = () => {
    root?.replaceChildren();
    shown = undefined;
    html.style.removeProperty('scroll-padding-bottom');
  };

  const decide = async (found, form, flags) => {
    clear();
    const state = await assent.set(flags, { form, version: found.version, language: found.language });
    if (!state.saved) await notice('not_saved_title', 'not_saved');
  };
  const all = (found, value) => Object.fromEntries(found.groups.flatMap(({ flags }) => flags).map((flag) => [flag, value]));

  const signals = ({ texts }, { gpc, opted_out }) => [
    gpc ? make('p', { class: 'notice' }, make('strong', {}, texts.gpc_title), texts.gpc) : null,
    opted_out ? make('p', { class: 'notice' }, texts.opted_out) : null,
  ];
  const more = ({ privacy_notice_url, texts }) =>
    privacy_notice_url ? make('a', { href: privacy_notice_url, target: '_blank', rel: 'noopener' }, texts.privacy_notice) : null;

  const settle = (banner) => {
    // What has the focus must not lie behind the banner (WCAG 2.2, 2.4.11).
    html.style.setProperty('scroll-padding-bottom', `${banner.offsetHeight}px`);
  };

  const bannerOf = (found, title, parts, actions, role) => {
    const banner = make('section', { class: 'banner', role, 'aria-labelledby': 'title' },
      make('div', { class: 'wide' },
        make('div', {}, make('h2', { id: 'title' }, title), ...parts),
        make('div', { class: 'actions' }, ...actions)));
    stage(found).replaceChildren(banner);
    shown = 'banner';
    settle(banner);
    return banner;
  };

  const banner = async () => {
    const found = await words();
    const state = assent.get();
    if (shown === 'preferences') return;
    if (!state.ask) return state.gpc ? told(found, state) : clear();
    const { texts } = found;
    bannerOf(found, texts.title,
      [make('p', {}, texts.text), make('p', { class: 'muted' }, texts.purposes), ...signals(found, state), make('p', {}, more(found) ?? '')],
      [
        make('button', { type: 'button', onclick: () => decide(found, 'banner', all(found, false)) }, texts.refuse),
        make('button', { type: 'button', onclick: () => decide(found, 'banner', all(found, true)) }, texts.accept),
        make('button', { type: 'button', class: 'plain', onclick: () => preferences() }, texts.choose),
      ]);
  };

  // Nothing is asked, but that the privacy signal was honoured has to be seen (11 CCR §7025 (c) (6)).
  const told = (found, state) => {
    const { texts } = found;
    const close = () => { assent.tell(); clear(); };
    bannerOf(found, texts.gpc_title, [make('p', {}, texts.gpc)], [
      make('button', { type: 'button', onclick: close }, texts.close),
      make('button', { type: 'button', class: 'plain', onclick: () => { assent.tell(); preferences(); } }, texts.choose),
    ]);
  };
  const notice = async (title, text) => {
    const found = await words();
    bannerOf(found, found.texts[title], [make('p', {}, found.texts[text])],
      [make('button', { type: 'button', onclick: clear }, found.texts.close)], 'alert');
  };

  const preferences = async (before) => {
    const found = await words();
    const state = assent.get();
    const { texts, groups, languages } = found;
    const switches = [];
    const rows = groups.map(({ flags, title, text }, place) => {
      const locked = flags.some((flag) => state.locked[flag]);
      const input = make('input', { type: 'checkbox', role: 'switch', id: `group${place}`, 'aria-describedby': `text${place}`, disabled: locked });
      input.checked = before?.[place] ?? flags.every((flag) => state.allowed[flag]);
      switches.push(input);
      return make('li', {},
        make('label', { for: `group${place}` }, title), input,
        make('p', { class: 'muted', id: `text${place}` }, text, locked ? ` ${texts.locked}` : ''));
    });
    const chosen = () => Object.fromEntries(groups.flatMap(({ flags }, place) =>
      (switches[place].disabled ? [] : flags.map((flag) => [flag, switches[place].checked]))));
    const choice = languages.length > 1
      ? make('select', { id: 'language', onchange: async (event) => {
          const kept = switches.map(({ checked }) => checked);
          language = event.target.value;
          await preferences(kept);
          root.getElementById('language').focus();
        } }, ...languages.map(({ code, name }) => make('option', { value: code, lang: code, selected: code === found.language }, name)))
      : null;
    const leave = () => { clear(); if (assent.get().ask) banner(); };
    const answer = (flags) => () => decide(found, 'preferences', flags());
    const dialog = make('dialog', { 'aria-labelledby': 'title', oncancel: (event) => { event.preventDefault(); leave(); } },
      make('form', { method: 'dialog', onsubmit: (event) => event.preventDefault() },
        make('header', {},
          make('h2', { id: 'title', tabindex: '-1', autofocus: true }, texts.preferences_title),
          make('button', { type: 'button', class: 'plain close', 'aria-label': texts.close, onclick: leave }, '×')),
        make('div', { class: 'body' },
          make('p', {}, texts.text), ...signals(found, state),
          make('ul', { class: 'groups' }, ...rows),
          make('div', { class: 'foot' }, more(found), choice ? make('label', { for: 'language' }, texts.language) : null, choice)),
        make('div', { class: 'actions' },
          make('button', { type: 'button', onclick: answer(() => all(found, false)) }, texts.refuse),
          make('button', { type: 'button', onclick: answer(chosen) }, texts.save),
          make('button', { type: 'button', onclick: answer(() => all(found, true)) }, texts.accept))));
    clear();
    stage(found).replaceChildren(dialog);
    shown = 'preferences';
    dialog.showModal();
  };

  // An embed that waits says so in its own empty document: nothing around it moves.
  const embeds = async () => {
    const found = await words();
    const { texts, groups } = found;
    for (const frame of document.querySelectorAll('iframe[data-consent][data-src]:not([src])')) {
      const inside = frame.contentDocument;
      if (!inside || inside.body.childElementCount) continue;
      const needs = (frame.dataset.consent || 'dc').split(/[\s,]+/);
      const names = groups.filter(({ flags }) => flags.some((flag) => needs.includes(flag))).map(({ title }) => title);
      inside.documentElement.lang = found.language;
      inside.documentElement.dir = found.direction;
      inside.title = frame.title;
      dress(inside, frame.contentWindow, found);
      inside.body.append(make('main', { class: 'embed' },
        make('h1', {}, frame.title || texts.title),
        make('p', {}, texts.embed.replace('{purposes}', names.join(', '))),
        make('button', { type: 'button', onclick: () => {
          frame.focus();
          decide(found, 'embed', Object.fromEntries(needs.map((flag) => [flag, true])));
        } }, texts.embed_allow)));
    }
  };

  const views = { banner, preferences, embeds };
  assent.render = (what) => views[what]().catch((error) => console.warn(error));
  assent.addEventListener('change', () => {
    if (shown === 'banner' && !assent.get().ask) clear();
  });
})();
