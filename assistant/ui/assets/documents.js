/* Whole folders for the place where files are dropped: walked here, handed over as files that remember their folder.
   A division slash (∕) stands in their names for the separators, which no upload may hold. */
{
  const MOST = 1000; // files of one drop; whoever has more follows the folder
  const IGNORED = /^(\.|~\$|#)|(~|\.(tmp|temp|swp|swx|part|partial|crdownload|download|lock))$|^(node_modules|bower_components|__pycache__|__macosx|thumbs\.db|desktop\.ini)$/i;
  const LONGEST = 150; // bytes of a name with its folders
  const settings = () => document.querySelector('#add-heading [data-suffixes]').dataset;
  const bytes = (text) => new TextEncoder().encode(text).length;

  const isMeant = (path) => {
    const parts = path.split('/');
    const suffix = /\.[^.]+$/.exec(path)?.[0].toLowerCase();
    return !parts.some((part) => IGNORED.test(part)) && settings().suffixes.split(' ').includes(suffix);
  };

  const named = (file, path) => {
    const parts = path.split('/');
    while (parts.length > 1 && bytes(parts.join('∕')) > LONGEST) parts.shift();
    return new File([file], parts.join('∕'), { type: file.type, lastModified: file.lastModified });
  };

  const say = (text) => {
    document.querySelector('#add-heading .folder-note').textContent = text;
  };

  const handOver = (found) => {
    const input = document.querySelector('#files input[type=file]');
    if (!input) return;
    const folders = found.some(([, path]) => path.includes('/')); // a file dropped by itself is told what is wrong
    const meant = found.filter(([, path]) => !folders || isMeant(path)).sort((a, b) => a[1].localeCompare(b[1]));
    say(meant.length > MOST ? settings().tooMany : '');
    const files = new DataTransfer();
    meant.slice(0, MOST).forEach(([file, path]) => files.items.add(named(file, path)));
    input.files = files.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  };

  const walk = async (entry, found) => {
    if (IGNORED.test(entry.name) || found.length > 4 * MOST) return;
    if (entry.isFile) {
      const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
      if (file) found.push([file, entry.fullPath.replace(/^\//, '')]);
      return;
    }
    const reader = entry.createReader();
    for (;;) { // a reader gives a hundred entries at a time
      const entries = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
      if (!entries.length) return;
      for (const inner of entries) await walk(inner, found);
    }
  };

  const dropped = async (event) => {
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (!entries.some((entry) => entry.isDirectory)) return; // plain files are Gradio's
    event.preventDefault();
    event.stopPropagation();
    const found = [];
    for (const entry of entries) await walk(entry, found);
    handOver(found);
  };

  const choose = () => {
    const picker = Object.assign(document.createElement('input'), { type: 'file', webkitdirectory: true });
    picker.addEventListener('change', () => handOver([...picker.files].map((file) => [file, file.webkitRelativePath])));
    picker.click();
  };

  /* What was dropped on another part of the window. */
  window.sourcierTake = async (entries, files) => {
    if (!entries.some((entry) => entry.isDirectory)) return handOver(files.map((file) => [file, file.name]));
    const found = [];
    for (const entry of entries) await walk(entry, found);
    handOver(found);
  };
  element.addEventListener('click', (event) => {
    if (event.target.closest('.choose-folder')) choose();
  });
  if (!window.sourcierDrops) { // this runs anew when Gradio makes the component anew
    window.sourcierDrops = true;
    document.addEventListener('drop', (event) => {
      if (event.target.closest?.('#files')) dropped(event);
    }, true);
    document.addEventListener('keydown', (event) => {
      const close = document.querySelector('aside.preview [data-act=close]');
      if (event.key === 'Escape' && close?.checkVisibility()) close.click();
    });
  }
}
