// The console without a mouse, and with an input method.

// Enter while a word is being composed chooses the word and sends nothing.

let composing = false;
let composed = 0;
document.addEventListener('compositionstart', () => { composing = true; });
document.addEventListener('compositionend', () => { composing = false; composed = Date.now(); });
document.addEventListener('submit', (event) => {
  if (composing || (event.submitter === null && Date.now() - composed < 50)) event.preventDefault();
}, true);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229) && event.target.matches('input')) event.preventDefault();
}, true);

// Keys: "/" to search, "j" and "k" through the list, "p" to pause, "?" for help.

const $ = (selector) => document.querySelector(selector);
const help = $('[data-keys]');

function move(by) {
  const links = [...document.querySelectorAll('[data-row] [data-row-link]')];
  if (!links.length) return;
  const at = links.findIndex((link) => link === document.activeElement);
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)];
  next.focus();
  next.closest('[data-row]').scrollIntoView({ block: 'nearest' });
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches('input, textarea, select, [contenteditable]') || help?.open) return;
  const keys = {
    '/': () => ($('[data-search]') ?? $('[data-find]')).select(),
    j: () => move(1),
    k: () => move(-1),
    p: () => $('[data-pause]')?.click(),
    '?': () => help?.showModal(),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

const opener = $('[data-keys-open]');
if (opener && help) {
  opener.hidden = false;
  opener.addEventListener('click', () => help.showModal());
}

// A form that takes a while says so, and is sent once.

for (const form of document.querySelectorAll('form[data-busy]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.busyOn) {
      event.preventDefault();
      return;
    }
    if (['draft', 'enter', 'paste', 'csv'].includes(event.submitter?.value)) return;
    form.dataset.busyOn = 'true';
    let text = form.querySelector('[data-busy-text]');
    if (!text) {
      text = document.createElement('span');
      text.className = 'busy';
      text.dataset.busyText = '';
      text.setAttribute('role', 'status');
      form.append(text);
    }
    text.textContent = form.dataset.busy;
  });
}
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-busy-on]')) {
    delete form.dataset.busyOn;
    form.querySelector('[data-busy-text]').textContent = '';
  }
});
