// Events that come in while one looks.

import { inLanguage, showTime } from './console.js';

const $ = (selector, within = document) => within.querySelector(selector);

// Live rows. What comes is gathered and drawn once a frame; the list keeps its place for who has scrolled
// down, and its length.

const maxRows = 300;
const list = $('[data-rows][data-stream]');
const state = $('[data-feed-state]');
const pause = $('[data-pause]');
const newer = $('[data-newer]');
const held = new Map(); // rows that wait to be shown, by id
let incoming = [];
let drawing = false;
let paused = false;

function say(name) {
  state.dataset.feedState = name;
  $('[data-feed-text]').textContent = paused && name === 'open' ? state.dataset.paused : state.dataset[name];
}

function holding() {
  return paused || list.getBoundingClientRect().top < -80 || list.contains(document.activeElement);
}

function build(row) {
  const box = document.createElement('template');
  box.innerHTML = row.html;
  const node = box.content.firstElementChild;
  for (const time of node.querySelectorAll('time')) showTime(time, time.dateTime);
  return node;
}

function insert(rows) {
  const fresh = document.createDocumentFragment();
  for (const row of rows) {
    const node = build(row);
    node.classList.add('arrived');
    fresh.prepend(node);
  }
  list.prepend(fresh);
  while (list.children.length > maxRows) list.lastElementChild.remove();
  $('[data-empty]')?.remove();
}

function draw() {
  drawing = false;
  const rows = incoming;
  incoming = [];
  const wait = holding();
  const fresh = [];
  for (const row of rows) {
    const known = list.querySelector(`[data-event-id="${CSS.escape(row.id)}"]`);
    if (known) {
      const had = known.contains(document.activeElement);
      const node = build(row);
      known.replaceWith(node);
      if (had) $('[data-row-link]', node).focus({ preventScroll: true });
    } else if (wait) held.set(row.id, row);
    else fresh.push(row);
  }
  if (fresh.length) insert(fresh);
  while (held.size > maxRows) held.delete(held.keys().next().value);
  newer.hidden = held.size === 0;
  if (held.size) newer.textContent = newer.dataset.text.replace('{n}', held.size >= maxRows ? `${maxRows}+` : held.size);
}

function take(rows) {
  incoming.push(...rows);
  if (drawing) return;
  drawing = true;
  // A hidden page draws nothing; it must not gather for ever.
  if (document.hidden) setTimeout(draw, 500);
  else requestAnimationFrame(draw);
}

function release() {
  const rows = [...held.values()];
  held.clear();
  newer.hidden = true;
  insert(rows);
}

let again = 1_000;

function listen() {
  const feed = new EventSource(inLanguage(list.dataset.stream));
  feed.addEventListener('open', () => {
    again = 1_000;
    say('open');
  });
  feed.addEventListener('rows', (event) => take(JSON.parse(event.data).rows));
  feed.addEventListener('error', () => {
    say('broken');
    if (feed.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, again);
    again = Math.min(again * 2, 30_000);
  });
  addEventListener('pagehide', () => feed.close(), { once: true });
}

if (list) {
  listen();
  pause.hidden = false;
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    say(state.dataset.feedState);
    if (!paused && held.size) release();
  });
  newer.addEventListener('click', () => {
    release();
    scrollTo({ top: 0 });
  });
}

// A job on its way.

const job = $('[data-job][data-running]');

async function follow() {
  try {
    const now = await (await fetch(job.dataset.job)).json();
    const bar = $('progress', job);
    bar.max = now.total || 1;
    bar.value = now.done;
    for (const name of ['total', 'done', 'failed']) $(`[data-${name}]`, job).textContent = now[name];
    if (!now.running) {
      location.reload();
      return;
    }
  } catch { /* the next try may do */ }
  setTimeout(follow, 500);
}

if (job) follow();

// The curl command goes to the clipboard; without a script it is a page of its own.

$('[data-curl]')?.addEventListener('submit', async (event) => {
  const form = event.currentTarget;
  if (!navigator.clipboard) return; // plain http
  event.preventDefault();
  const button = $('button', form);
  const before = button.textContent;
  try {
    const answer = await fetch(form.action, { method: 'POST' });
    if (!answer.ok) throw new Error(answer.statusText);
    await navigator.clipboard.writeText(await answer.text());
    button.textContent = form.dataset.copied;
  } catch {
    button.textContent = form.dataset.failed;
  }
  setTimeout(() => { button.textContent = before; }, 2_000);
});

// An event that is still on its way is shown again in a moment.

const soon = $('[data-soon]');
if (soon) setTimeout(() => location.reload(), 700);
