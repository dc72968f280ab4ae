/* Turns clicks and forms inside one gr.HTML into its events. Gradio calls this with `element`, `trigger`, `watch`. */
const desk = () => document.querySelector('#desk').classList;
const local = {
  copy(button) {
    const answer = button.closest('.answer').querySelector('.checked');
    if (answer) navigator.clipboard.writeText(answer.innerText.replaceAll('\u2060', ' ').trim());
    button.classList.add('done');
    setTimeout(() => button.classList.remove('done'), 1200);
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
    if (navigator.clipboard) navigator.clipboard.writeText(report.value);
    else document.execCommand('copy');
    button.classList.add('done');
    setTimeout(() => button.classList.remove('done'), 1200);
  },
  leave() {
    fetch('/logout', { method: 'POST' }).finally(() => location.assign('/login'));
  },
  menu() {
    desk().toggle('show-conversations');
  },
};

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (button) {
    const data = { ...button.dataset };
    if (data.act === 'language') localStorage.setItem('sourcier.language', data.name);
    if (data.act === 'open') desk().remove('show-conversations');
    if (local[data.act]) local[data.act](button);
    else trigger('click', data);
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

element.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && event.target.closest('form, .confirm')) trigger('click', { act: 'cancel' });
});

watch('value', () => {
  const field = element.querySelector('[autofocus]');
  if (field && document.activeElement !== field) {
    field.focus();
    field.select();
  }
  const spoken = element.querySelector('[data-lang]');
  if (spoken) document.documentElement.lang = spoken.dataset.lang;
  const open = element.querySelector('[data-conversation]');
  if (open) sessionStorage.setItem('sourcier.conversation', open.dataset.conversation);
});
  if (element.querySelector('[data-act=look]')) sourcierLook.apply();
