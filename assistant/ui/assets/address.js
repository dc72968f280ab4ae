/* The address says what is looked at: the tab, the conversation, the page of a source, the document. Back, Forward, a
   reload and a second window go by it. What is shown is the server's; this script only compares the two. */
window.sourcierAddress = (() => {
  const TABS = ['ask', 'documents', 'lab', 'train', 'evaluate', 'settings'];
  // Not `page` and `view`: Gradio reads those itself.
  const PARTS = ['tab', 'conversation', 'source', 'document'];
  const TRIES = 2; // a click at the same moment may take the place of one
  const $ = (selector) => document.querySelector(selector);

  const wantedNow = () => {
    const asked = new URLSearchParams(location.search);
    const found = Object.fromEntries(PARTS.map((part) => [part, asked.get(part) || '']));
    if (!TABS.includes(found.tab)) found.tab = found.document ? 'documents' : 'ask';
    return found;
  };
  const openTab = () => [...document.querySelectorAll('#tabs > .tabitem')].find((item) => item.checkVisibility());
  const shownNow = () => ({
    tab: openTab()?.id.replace(/-tab$/, '') || 'ask',
    conversation: $('#conversation-list [data-conversation]')?.dataset.conversation || '',
    source: $('#viewer [data-view]')?.dataset.view || '',
    document: $('#preview [data-document]')?.dataset.document || '',
  });
  /* An address keeps what others wrote into it; a part that is not seen in the open tab is not in it. */
  const addressOf = (shown) => {
    const said = new URLSearchParams(location.search);
    const parts = {
      ...shown,
      tab: shown.tab === 'ask' ? '' : shown.tab,
      source: shown.tab === 'ask' ? shown.source : '',
      document: shown.tab === 'documents' ? shown.document : '',
    };
    for (const part of PARTS) parts[part] ? said.set(part, parts[part]) : said.delete(part);
    const search = said.toString();
    return location.pathname + (search ? `?${search}` : '');
  };

  const acts = {}; // by the id of a component: how its actions reach the server
  let going = null; // what the address asks for, while it is not shown yet
  let asked = {}; // by part of it, how often the server was asked for it
  const waiting = {}; // by part, whether the server is being asked: Gradio drops what is asked meanwhile
  let started = false;

  const tabButton = (name) => {
    const at = TABS.indexOf(name);
    const label = document.querySelectorAll('#tabs .tab-container.visually-hidden button')[at]?.textContent;
    const folded = [...document.querySelectorAll('#tabs .overflow-dropdown button')];
    return document.getElementById(`${name}-tab-button`) || folded.find((button) => button.textContent === label);
  };

  /* The next thing to ask for, so that what the address says is shown; nothing when all of it is. */
  const step = () => {
    const shown = shownNow();
    const ask = (part, component, data) => {
      if (waiting[part]) return true;
      if (going[part] === shown[part] || asked[part] >= TRIES) return false;
      if (!acts[component]) return true; // what stands in a tab is made when that is first opened
      asked[part] = (asked[part] || 0) + 1;
      waiting[part] = true;
      acts[component]('click', data);
      return true;
    };
    if (going.tab !== shown.tab) return tabButton(going.tab)?.click() || true;
    if (ask('conversation', 'conversation-list', { act: 'go', id: going.conversation })) return true;
    if (going.tab === 'ask') {
      const [turn, n, page] = going.source.split('.');
      return ask('source', 'cards', going.source ? { act: 'page', turn, n, page } : { act: 'close-page' });
    }
    if (going.tab === 'documents') {
      return ask('document', 'document-table', going.document ? { act: 'open', id: going.document } : { act: 'close' });
    }
    return false;
  };
  const arrive = () => {
    if (!going) return;
    if (step()) return void setTimeout(arrive, 100);
    going = null;
    history.replaceState(null, '', addressOf(shownNow()) + location.hash);
    point();
    named();
  };
  const go = () => {
    const before = going;
    going = wantedNow();
    asked = {};
    if (!before) arrive();
  };
  /* A passage that came later than the address which points to it. */
  const point = () => {
    const passage = location.hash.slice(1);
    if (passage && !$(':target') && document.getElementById(passage)) location.replace(location.href);
  };
  const named = () => {
    const title = openTab()?.id === 'ask-tab' ? $('.conversations .entry[aria-current]')?.title : tabButton(shownNow().tab)?.textContent;
    document.title = title ? `${title.trim()} – Sourcier` : 'Sourcier';
  };

  // A step to another passage of what is shown is the browser's own.
  addEventListener('popstate', () => started && (going || addressOf(shownNow()) !== location.pathname + location.search) && go());
  document.addEventListener('click', (event) => {
    if (!event.target.closest?.('#tabs > .tab-wrapper button')) return;
    if (event.isTrusted) going = null; // the user goes elsewhere
    for (const later of [0, 100, 400, 1500]) setTimeout(() => window.sourcierAddress.changed(), later);
  });

  return {
    /* A component's own way to the server, by which the address can ask for what it shows. */
    reach(id, trigger) {
      acts[id] = trigger;
    },
    tab(name) {
      tabButton(name)?.click();
    },
    /* A question from another tab. */
    ask(text) {
      this.tab('ask');
      acts.leads('click', { act: 'example', text });
    },
    /* The server has dealt with what this part of the address asked for, whether it could show it or not. */
    settled(part) {
      waiting[part] = false;
    },
    /* Something else is shown. */
    changed() {
      if (!$('#conversation-list [data-conversation]')) return;
      if (!started) {
        started = true;
        // Gradio's `./` says what holds without it, but for links within the page, which it leads away from `?…`.
        $('base')?.remove();
        go();
      }
      if (going) return;
      const now = addressOf(shownNow());
      if (now === location.pathname + location.search) return [point(), named()];
      const passage = location.hash;
      history.pushState(null, '', now);
      if (passage) { // only a navigation makes the browser forget the passage that it points to
        location.replace(`${now}#`);
        history.replaceState(null, '', now);
      }
      named();
    },
    /* Another window may have changed the list of conversations. */
    look() {
      if (!going) acts['conversation-list']?.('click', { act: 'look' });
    },
    /* No passage is pointed to, without a step of its own in the history. */
    forget() {
      if (location.hash) location.replace('#');
    },
  };
})();

/* Two windows show one list of conversations. */
addEventListener('focus', () => {
  if (!document.querySelector('#conversation-list form, #conversation-list :popover-open')) window.sourcierAddress.look();
});
