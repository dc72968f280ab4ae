/* The theme that was chosen here, else the system's, which Gradio follows by itself. */
(() => {
  const chosen = localStorage.getItem('sourcier.theme');
  if (chosen) document.body.classList.toggle('dark', chosen === 'dark');
})();
