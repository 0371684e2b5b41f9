// The set-up of a channel: dropping a key file, making a header, waiting for the first message.

import { inLanguage } from './console.js';

// What is dropped goes into the form and is read by the server, like what is chosen or pasted.
const drop = document.querySelector('[data-drop]');
if (drop) {
  const fill = drop.querySelector('button[value="paste"]');
  drop.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.dataset.over = 'true';
  });
  drop.addEventListener('dragleave', () => delete drop.dataset.over);
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    delete drop.dataset.over;
    const { files } = event.dataTransfer;
    if (files.length > 0) drop.querySelector('input[type="file"]').files = files;
    else drop.querySelector('textarea').value = event.dataTransfer.getData('text');
    fill.click();
  });
  drop.querySelector('input[type="file"]').addEventListener('change', () => fill.click());
}

// A header that nobody can guess. It is shown, so that it can be handed on.
for (const input of document.querySelectorAll('[data-generate]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = input.dataset.generate;
  const row = document.createElement('div');
  row.className = 'with-button';
  input.replaceWith(row);
  row.append(input, button);
  button.addEventListener('click', () => {
    const bytes = crypto.getRandomValues(new Uint8Array(24));
    input.type = 'text';
    input.value = btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_');
    input.select();
  });
}

document.querySelector('#report')?.focus({ preventScroll: false });
(document.querySelector('[aria-invalid="true"]'))?.focus();

// The waiting page.
const waiting = document.querySelector('[data-waiting]');
if (waiting) {
  const list = waiting.querySelector('[data-arrivals]');
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'medium' });
  const onArrival = (news) => {
    const row = document.createElement('li');
    row.dataset.event = news.state;
    const time = document.createElement('time');
    time.dateTime = news.at;
    time.textContent = clock.format(new Date(news.at));
    const word = document.createElement(news.url ? 'a' : 'span');
    if (news.url) word.href = news.url;
    word.className = 'event';
    word.dataset.event = news.state;
    word.textContent = news.word;
    row.append(time, word);
    for (const [name, text] of [['kind', news.kind], ['', news.why]]) {
      if (!text) continue;
      const node = document.createElement('span');
      node.className = name;
      node.textContent = text;
      row.append(node);
    }
    // One that is known has gone on, or is told again.
    row.dataset.id = news.id;
    const known = news.id && list.querySelector(`[data-id="${CSS.escape(news.id)}"]`);
    if (known) known.replaceWith(row);
    else list.prepend(row);
    while (list.children.length > 10) list.lastElementChild.remove();
    if (!news.arrived) return;
    waiting.dataset.waiting = 'green';
    for (const node of waiting.querySelectorAll('[data-open]')) node.hidden = true;
    for (const node of waiting.querySelectorAll('[data-green]')) node.hidden = false;
  };
  let wait = 1_000;
  const listen = () => {
    const feed = new EventSource(inLanguage(waiting.dataset.stream));
    feed.addEventListener('open', () => { wait = 1_000; });
    feed.addEventListener('arrival', (event) => onArrival(JSON.parse(event.data)));
    feed.addEventListener('error', () => {
      if (feed.readyState !== EventSource.CLOSED) return;
      setTimeout(listen, wait);
      wait = Math.min(wait * 2, 30_000);
    });
  };
  listen();
}

// What is typed is looked at by the rules that will judge it when it is sent.
const setup = document.querySelector('form[data-typed]');
let later;
let asked = 0;

function blame(box, text) {
  const input = box.querySelector('input, textarea, select');
  let fault = box.querySelector('.field-fault');
  if (!text) {
    fault?.remove();
    input.removeAttribute('aria-invalid');
    return;
  }
  if (!fault) {
    fault = document.createElement('p');
    fault.className = 'field-fault';
    fault.id = `e-${box.dataset.field}`;
    box.querySelector('.help').before(fault);
    input.setAttribute('aria-describedby', `${input.getAttribute('aria-describedby') ?? ''} ${fault.id}`.trim());
  }
  if (fault.textContent !== text) fault.textContent = text;
  input.setAttribute('aria-invalid', 'true');
}

async function look() {
  const turn = ++asked;
  const typed = new URLSearchParams();
  for (const input of setup.querySelectorAll('[data-field] [name^="f."]')) {
    if (input.value) typed.set(input.name, input.value);
  }
  try {
    const answer = await fetch(inLanguage(setup.dataset.typed), { method: 'POST', body: typed });
    if (!answer.ok) return;
    const faults = await answer.json();
    if (turn !== asked) return;
    for (const box of setup.querySelectorAll('[data-field]')) {
      const input = box.querySelector('[name^="f."]');
      if (input?.value || faults[box.dataset.field]) blame(box, faults[box.dataset.field]);
    }
  } catch { /* it is looked at again when the form is sent */ }
}

if (setup) {
  setup.addEventListener('input', (event) => {
    if (!event.target.name?.startsWith('f.')) return;
    clearTimeout(later);
    later = setTimeout(look, 400);
  });
}

// What has been typed into a set-up that is not finished is kept as a draft, so that it is still there after
// a reload, in another language, or when somebody comes back from the messenger's console.
let keeping;
let unkept = false;

async function keep() {
  clearTimeout(keeping);
  if (!unkept) return;
  unkept = false;
  const typed = new FormData(setup);
  typed.delete('paste');
  typed.delete('keyfile');
  typed.set('do', 'keep');
  try {
    const answer = await fetch(setup.action, { method: 'POST', body: new URLSearchParams(typed), keepalive: true });
    if (!answer.ok || answer.redirected) return;
    history.replaceState(history.state, '', setup.dataset.keep);
    for (const back of document.querySelectorAll('.languages [name="back"]')) back.value = setup.dataset.keep;
  } catch { unkept = true; }
}

if (setup?.dataset.keep) {
  setup.addEventListener('input', (event) => {
    if (event.target.name !== 'name' && !event.target.name?.startsWith('f.')) return;
    unkept = true;
    clearTimeout(keeping);
    keeping = setTimeout(keep, 1_000);
  });
  setup.addEventListener('submit', () => {
    unkept = false;
    clearTimeout(keeping);
  });
  addEventListener('pagehide', keep);
  for (const form of document.querySelectorAll('form.languages')) {
    form.addEventListener('submit', async (event) => {
      if (!unkept) return;
      event.preventDefault();
      await keep();
      unkept = false;
      form.requestSubmit(event.submitter);
    });
  }
}
