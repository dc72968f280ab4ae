/* The look that was chosen in this browser: colours, else the system's, and the size of text. */
window.sourcierLook = {
  chosen: (kind) => localStorage.getItem('sourcier.' + kind) || { theme: 'system', size: innerWidth >= 3200 ? '1.3' : '1' }[kind],
  choose(kind, name) {
    localStorage.setItem('sourcier.' + kind, name);
    this.apply();
  },
  apply() {
    const theme = this.chosen('theme');
    const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
    document.body.classList.toggle('dark', dark);
    const size = Number(this.chosen('size'));
    document.documentElement.style.setProperty('--text', size >= 0.5 && size <= 2 ? size : 1);
    for (const button of document.querySelectorAll('button[data-act=look]')) {
      button.setAttribute('aria-pressed', this.chosen(button.dataset.kind) === button.dataset.name);
    }
  },
};
window.sourcierLook.apply();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => window.sourcierLook.apply());

/* Gradio's place for files bears a name that its visible words do not hold: the words themselves name it better. */
new MutationObserver(() => {
  for (const place of document.querySelectorAll('.upload-container[aria-label]')) place.removeAttribute('aria-label');
}).observe(document.body, { childList: true, subtree: true });
