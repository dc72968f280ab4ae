/* What happens on the whole page: single keys, the evidence of the sentence under the pointer. Runs once. */
const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const seen = (node) => Boolean(node && node.offsetParent);

/* --- evidence -------------------------------------------------------------------------------------------- */

let lighting = 0;
const dim = () => {
  clearTimeout(lighting);
  all('.lit').forEach((node) => node.classList.remove('lit'));
  all('.lighting').forEach((node) => node.classList.remove('lighting'));
};
/* Lights a sentence and the words that support it, and brings the first of them into view. */
const light = (sentence) => {
  dim();
  const answer = sentence.closest('.answer[data-turn]');
  const group = answer && document.getElementById(`t${answer.dataset.turn}`);
  if (!seen(group)) return;
  const marks = all(`mark[data-by~="${sentence.dataset.sentence}"]`, group);
  if (!marks.length) return;
  group.classList.add('lighting');
  [sentence, ...marks].forEach((node) => node.classList.add('lit'));
  if (innerWidth > 960) lighting = setTimeout(() => marks[0].scrollIntoView({ block: 'nearest', behavior: 'smooth' }), 200);
};
const lightBack = (mark) => {
  dim();
  const turn = mark.closest('.group').id.slice(1);
  const places = mark.dataset.by.split(' ');
  all(`.answer[data-turn="${turn}"] .sentence[data-sentence]`).forEach((sentence) => {
    sentence.classList.toggle('lit', places.includes(sentence.dataset.sentence));
  });
};
/* The sentence that a node is, or that its number stands behind. */
const sentenceOf = (node) => {
  let found = node.closest?.('.sentence[data-sentence], .cite, .doubt');
  while (found && !found.matches('.sentence')) found = found.previousElementSibling;
  return found?.dataset.sentence === undefined ? null : found;
};
const point = (event) => {
  const sentence = sentenceOf(event.target);
  if (sentence) light(sentence);
  else if (event.target.closest?.('.group mark[data-by]')) lightBack(event.target.closest('mark'));
  else if ($('.lit')) dim();
};
document.addEventListener('mouseover', point);
document.addEventListener('focusin', point);

/* --- keys ------------------------------------------------------------------------------------------------ */

const press = (selector, root) => {
  const button = $(selector, root);
  if (button) button.click();
  return Boolean(button);
};
const newest = () => all('.turn').at(-1);
const walk = (step) => {
  const entries = all('.conversations .entry');
  const at = entries.findIndex((entry) => entry.getAttribute('aria-current'));
  entries[at < 0 ? 0 : Math.min(Math.max(at + step, 0), entries.length - 1)]?.click();
};
const focus = (selector) => {
  if (selector !== '#question textarea' || !seen($(selector))) window.sourcierAddress.tab('ask');
  setTimeout(() => $(selector)?.focus(), 50);
};
const passage = (n) => {
  const group = all('#cards .group').find(seen) || $('#cards .group.newest');
  const card = group && document.getElementById(`${group.id}-s${n}`);
  if (!card) return;
  location.hash = card.id;
  card.focus({ preventScroll: true });
};
const page = () => {
  const group = all('#cards .group').find(seen);
  if (group) press('.card:target .open-page', group) || press('.card.cited .open-page', group) || press('.open-page', group);
};
const keys = {
  '/': () => focus('#question textarea'),
  n: () => press('#new-conversation'),
  s: () => focus('#conversation-search input, #conversation-search textarea'),
  j: () => walk(1),
  k: () => walk(-1),
  r: () => press('[data-act=again]', newest()),
  e: () => press('[data-act=edit]', newest()),
  c: () => press('[data-act=copy]', newest()),
  p: page,
  a: () => window.sourcierAddress.tab('ask'),
  d: () => window.sourcierAddress.tab('documents'),
  t: () => press('[data-act=theme]'),
  '?': () => press('[data-act=help]'),
};
const leave = () => press('[data-act=close-page]') || press('#question button.stop-button') || (location.hash && (location.hash = ''));

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $('dialog[open]') || $(':popover-open')) return;
  const field = event.target.closest('input, textarea, select, [contenteditable]');
  if (event.key === 'Escape' && !event.target.closest('form')) {
    if (!field || field.closest('#question')) leave();
    return;
  }
  if (event.key === 'ArrowUp' && field?.closest('#question') && !field.value) {
    if (newest() && press('[data-act=edit]', newest())) event.preventDefault();
    return;
  }
  if (field || localStorage.getItem('sourcier.keys') === 'off') return;
  if (/^[1-9]$/.test(event.key)) passage(event.key);
  else if (keys[event.key]) keys[event.key]();
  else return;
  event.preventDefault();
});

/* The arrows go from tab to tab, as WAI-ARIA has it. */
document.addEventListener('keydown', (event) => {
  const at = event.target.closest?.('#tabs [role=tab]');
  if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
  const tabs = all('#tabs > .tab-wrapper [role=tab]').filter(seen);
  const last = tabs.length - 1;
  const place = tabs.indexOf(at);
  const to = { ArrowRight: place === last ? 0 : place + 1, ArrowLeft: place ? place - 1 : last, Home: 0, End: last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  tabs[to].click();
  tabs[to].focus();
});

/* --- files dropped anywhere ------------------------------------------------------------------------------- */

const holdsFiles = (event) => [...(event.dataTransfer?.types || [])].includes('Files');
/* Calls `then` with what `get` gives, as soon as it gives something. */
const whenThere = (get, then, tries = 100) => {
  const found = get();
  if (found) then(found);
  else if (tries) setTimeout(() => whenThere(get, then, tries - 1), 100);
};
let leaving = 0;
document.addEventListener('dragover', (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault(); // else the browser opens the file in place of the app
  document.body.dataset.drop = $('.preferences')?.dataset.drop || '';
  document.body.classList.add('dropping');
  clearTimeout(leaving);
  leaving = setTimeout(() => document.body.classList.remove('dropping'), 300);
});
document.addEventListener('drop', (event) => {
  if (!holdsFiles(event)) return;
  document.body.classList.remove('dropping');
  if (event.target.closest?.('#files, #generators')) return; // they take files themselves
  event.preventDefault();
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = [...event.dataTransfer.files];
  window.sourcierAddress.tab('documents');
  whenThere(() => $('#files input[type=file]') && window.sourcierTake, (take) => take(entries, files));
});

/* --- a question echoes at once ------------------------------------------------------------------------------ */

window.sourcierEcho = (question) => {
  if (!question?.trim() || $('#question button.stop-button')) return;
  const field = $('#question textarea');
  if (field && field.value === question) {
    field.value = '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  const said = Object.assign(document.createElement('div'), { className: 'question', dir: 'auto', textContent: question });
  const line = Object.assign(document.createElement('div'), { className: 'asked-line echo' });
  line.append(said);
  $('#turns').append(line);
  const before = newest()?.id;
  const gone = setInterval(() => {
    if (newest()?.id === before && field?.value !== question) return; // neither asked nor given back yet
    line.remove();
    clearInterval(gone);
  }, 50);
};
