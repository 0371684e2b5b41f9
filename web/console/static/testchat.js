// The test chat without a page load for each turn, on its own page and docked beside the others.

import { inLanguage } from './console.js';

const announce = document.querySelector('[data-announce]');

function settle(box) {
  const log = box.querySelector('.try-log');
  if (log) log.scrollTop = log.scrollHeight;
}

async function send(box, form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  box.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(inLanguage(form.getAttribute('action')), { method: 'POST', body, headers: { 'Dari-Part': 'panel' } });
    if (answer.status !== 200 && answer.status !== 422) throw new Error(answer.statusText);
    box.innerHTML = await answer.text();
    settle(box);
    const said = box.querySelector('.try-log .bubble:last-child .bubble-body');
    if (announce && said) announce.textContent = said.textContent.trim();
    box.querySelector('[data-try-text]')?.focus({ preventScroll: true });
  } catch {
    form.submit();
  } finally {
    box.removeAttribute('aria-busy');
  }
}

document.addEventListener('submit', (event) => {
  const box = event.target.closest('[data-try]');
  if (!box || event.defaultPrevented || !event.target.matches('[data-try-form]')) return;
  event.preventDefault();
  send(box, event.target, event.submitter);
});

for (const box of document.querySelectorAll('[data-try]')) settle(box);

// The dock is fetched when it is opened for the first time.

const toggle = document.querySelector('[data-try-dock]');
let dock;

// styled waits until a stylesheet counts: before that nothing has its place or size. Without it the chat is
// plain, but there.
function styled(name) {
  if (document.querySelector(`link[href$="/${name}"]`)) return undefined;
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = new URL(name, import.meta.url).pathname;
  return new Promise((done) => {
    sheet.addEventListener('load', done);
    sheet.addEventListener('error', done);
    document.head.append(sheet);
  });
}

async function open() {
  const [answer] = await Promise.all([
    fetch(inLanguage(toggle.href), { headers: { 'Dari-Part': 'panel' } }),
    // conversations.css is what testchat.css imports, which its load event need not wait for
    ...['inspector.css', 'conversations.css', 'testchat.css'].map(styled),
  ]);
  if (!answer.ok) throw new Error(answer.statusText);
  dock = document.createElement('aside');
  dock.className = 'try-dock';
  dock.setAttribute('aria-label', toggle.textContent.trim());
  const head = document.createElement('p');
  head.className = 'try-dock-head';
  const title = document.createElement('strong');
  title.textContent = toggle.textContent.trim();
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'quiet';
  close.textContent = toggle.dataset.close;
  close.addEventListener('click', () => show(false));
  head.append(title, close);
  const box = document.createElement('div');
  box.dataset.try = '';
  box.innerHTML = await answer.text();
  dock.append(head, box);
  document.body.append(dock);
}

async function show(shown) {
  if (!dock) await open();
  dock.hidden = !shown;
  document.body.classList.toggle('docked', shown); // the page makes room where there is enough
  toggle.setAttribute('aria-expanded', String(shown));
  if (shown) {
    settle(dock);
    dock.querySelector('[data-try-text]')?.focus({ preventScroll: true });
  } else toggle.focus({ preventScroll: true });
}

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented || !dock || dock.hidden) return;
  if (document.querySelector('dialog[open], :popover-open')) return; // it closes what lies on top
  show(false);
});

toggle?.addEventListener('click', (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(!dock || dock.hidden).catch(() => { location.href = toggle.href; });
});
