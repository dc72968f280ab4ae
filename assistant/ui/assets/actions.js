/* Turns clicks and forms inside one gr.HTML into its events. Gradio calls this with `element`, `trigger`, `watch`. */
const columns = () => document.querySelector('#ask-columns').classList;
const words = (node) => node.innerText.replaceAll('\u2060', ' ').trim();

/* The answer with its numbers, then what they stand for. */
const answerWithSources = (answer) => {
  const cards = [...document.querySelectorAll(`[id="t${answer.dataset.turn}"] .card.cited`)];
  const sources = cards.map((card) => `[${words(card.querySelector('.number'))}] ${words(card.querySelector('h3'))} — ${words(card.querySelector('.place'))}`);
  const text = answer.querySelector('.checked').cloneNode(true);
  text.querySelectorAll('.doubt').forEach((mark) => mark.remove());
  answer.append(text);
  const said = words(text);
  text.remove();
  return sources.length ? `${said}\n\n${sources.join('\n')}` : said;
};

/* The clipboard, also where the page came over plain HTTP from another computer. */
const copied = (text) => {
  if (navigator.clipboard) return void navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement('textarea'), { value: text, className: 'unseen' });
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
};

/* To another tab, or to another place of this one. */
function lead(button) {
  if (button.dataset.tab) window.sourcierAddress.tab(button.dataset.tab);
  // What stands in a tab is shown a moment after it opens.
  const at = button.dataset.at;
  if (at) setTimeout(() => document.getElementById(at)?.scrollIntoView({ block: 'start' }), 400);
}

const local = {
  copy(button) {
    const answer = button.closest('.answer');
    if (answer.querySelector('.checked')) copied(answerWithSources(answer));
    button.classList.add('done');
    setTimeout(() => button.classList.remove('done'), 1200);
  },
  skip() {
    const open = [...document.querySelectorAll('#tabs > .tabitem')].find((item) => item.checkVisibility());
    const fields = 'textarea, input, select, a[href], button';
    (open || document).querySelector(open?.id === 'ask-tab' ? '#question textarea' : fields)?.focus();
  },
  theme() {
    sourcierLook.choose('theme', document.body.classList.contains('dark') ? 'light' : 'dark');
  },
  look(button) {
    sourcierLook.choose(button.dataset.kind, button.dataset.name);
  },
  'copy-report'(button) {
    const report = element.querySelector('.report');
    report.select();
    copied(report.value);
    button.classList.add('done');
    setTimeout(() => button.classList.remove('done'), 1200);
  },
  leave() {
    fetch('/logout', { method: 'POST' }).finally(() => location.assign('/login'));
  },
  help() {
    const box = document.querySelector('#single-keys');
    box.checked = localStorage.getItem('sourcier.keys') !== 'off';
    box.onchange = () => localStorage.setItem('sourcier.keys', box.checked ? 'on' : 'off');
    document.querySelector('#shortcuts').showModal();
  },
  'close-help'() {
    document.querySelector('#shortcuts').close();
  },
  tab: lead,
  overview(button) {
    window.sourcierAddress.ask(button.dataset.question);
  },
  how(button) {
    const open = document.querySelector('#options').classList.toggle('open');
    button.setAttribute('aria-expanded', open);
  },
  menu() {
    columns().toggle('show-conversations');
  },
};

const part = element.closest('.block[id]')?.id;
if (part) window.sourcierAddress?.reach(part, trigger);

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act], a[data-act]');
  if (button?.matches('a') && (event.ctrlKey || event.metaKey || event.shiftKey)) return; // another window is meant
  if (button) {
    if (button.matches('a')) event.preventDefault();
    const data = { ...button.dataset };
    // A second quick click on “Next” was never meant for what has moved under the pointer.
    if (event.detail > 1 && data.act === 'example' && window.sourcierLast === 'tour') return;
    if (event.detail <= 1) window.sourcierLast = data.act;
    button.closest('[popover]')?.hidePopover();
    if (data.act === 'language') localStorage.setItem('sourcier.language', data.name);
    if (data.act === 'open') columns().remove('show-conversations');
    if (local[data.act]) local[data.act](button);
    else {
      trigger('click', data);
      lead(button);
    }
    return;
  }
  // A click into an answer brings its sources back; links and selected words keep their meaning.
  const answer = event.target.closest('.answer[data-turn]');
  if (answer && !event.target.closest('a') && getSelection().isCollapsed && innerWidth > 900) {
    location.hash = 't' + answer.dataset.turn;
  }
});

element.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  trigger('submit', { ...form.dataset, text: form.elements.text.value });
});

element.addEventListener('change', async (event) => {
  const field = event.target.closest('input[type=file][data-act]');
  if (!field || !field.files.length) return;
  const text = await field.files[0].text();
  field.value = '';
  field.closest('[popover]')?.hidePopover();
  trigger('submit', { ...field.dataset, text });
});

element.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && event.target.closest('form, .confirm')) trigger('click', { act: 'cancel' });
  if (event.key === 'Enter' && !event.shiftKey && event.target.matches('form textarea')) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

/* A menu opens beside its button, and within the window. */
element.addEventListener('toggle', (event) => {
  const menu = event.target;
  if (event.newState !== 'open' || !menu.matches('.menu')) return;
  const button = element.querySelector(`[popovertarget="${menu.id}"]`).getBoundingClientRect();
  const top = Math.min(button.bottom + 4, innerHeight - menu.offsetHeight - 8);
  const left = Math.min(button.left, innerWidth - menu.offsetWidth - 8);
  menu.style.top = `${Math.max(top, 8)}px`;
  menu.style.left = `${Math.max(left, 8)}px`;
}, true);

let viewed;
watch('value', () => {
  if (element.querySelector('[data-act=look]')) sourcierLook.apply();
  const field = element.querySelector('[autofocus]');
  if (field && document.activeElement !== field) {
    field.focus();
    field.select();
  }
  const spoken = element.querySelector('[data-lang]');
  if (spoken) document.documentElement.lang = spoken.dataset.lang;
  window.sourcierAddress?.changed();
  // What is marked is seen at once, on a page that has just been opened.
  const view = element.querySelector('[data-view]')?.dataset.view;
  if (view && view !== viewed) element.querySelector('.sheet mark')?.scrollIntoView({ block: 'center' });
  viewed = view;
});

/* What stands in a tab is made when that is first opened. */
if (element.querySelector('[data-act=look]')) sourcierLook.apply();
