// Keeps the console up to date while it is open.

const lang = document.documentElement.lang;
const announce = document.querySelector('[data-announce]');

// Times are written in the reader's own zone; of today the clock is enough, of this year the day.
const clock = new Intl.DateTimeFormat(lang, { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(lang, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit' });
const full = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'medium' });

function told(t, now) {
  if (t.toDateString() === now.toDateString()) return clock.format(t);
  return (t.getFullYear() === now.getFullYear() ? day : full).format(t);
}

export function showTime(node, at) {
  const t = new Date(at);
  node.dateTime = t.toISOString();
  node.title = full.format(t);
  node.textContent = told(t, new Date());
  node.hidden = false;
}

// inLanguage is an address whose answer speaks the language of the page.
export function inLanguage(address) {
  const url = new URL(address, location);
  url.searchParams.set('lang', lang);
  return url;
}

for (const node of document.querySelectorAll('time[datetime]')) showTime(node, node.dateTime);

// Copy buttons.

async function copy(button) {
  const label = button.querySelector('[data-label]');
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy); // not there over plain http
    label.textContent = button.dataset.copied;
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
    label.textContent = document.execCommand('copy') ? button.dataset.copied : button.dataset.failed;
  }
  announce.textContent = label.textContent;
  button.disabled = true;
  setTimeout(() => {
    label.textContent = before;
    announce.textContent = '';
    button.disabled = false;
  }, 2_000);
}

for (const button of document.querySelectorAll('[data-copy]')) button.addEventListener('click', () => copy(button));

// Live news.

const live = document.querySelector('[data-live]');
const liveText = document.querySelector('[data-live-text]');

function showLive(state) {
  live.dataset.live = state;
  liveText.textContent = live.dataset[state];
}

function onChannel(news) {
  const row = document.querySelector(`[data-channel="${CSS.escape(news.id)}"]`);
  if (!row) return;
  if (news.status) {
    const badge = row.querySelector('[data-status]');
    badge.dataset.status = news.status;
    badge.querySelector('use').setAttribute('href', `#i-${news.status}`);
    badge.querySelector('[data-status-word]').textContent = news.status_word;
  }
  if (news.last_at) {
    const last = row.querySelector('[data-last]');
    const event = last.querySelector('[data-event]');
    event.dataset.event = news.last_state;
    event.textContent = news.last_word;
    if (event.localName === 'a') event.href = news.last_id ? `/console/events/${news.last_id}` : `/console/channels/${news.id}/state`;
    showTime(last.querySelector('time'), news.last_at);
    last.classList.remove('fresh');
    requestAnimationFrame(() => last.classList.add('fresh'));
  }
}

function onLedger(counts) {
  for (const [name, count] of Object.entries(counts)) {
    const node = document.querySelector(`[data-count="${name}"]`);
    if (node) node.textContent = count;
  }
}

let wait = 1_000;

// EventSource comes back by itself after a cut line, but not after an answer such as "not signed in".
function listen() {
  const feed = new EventSource(inLanguage('/console/feed'));
  feed.addEventListener('open', () => {
    wait = 1_000;
    showLive('open');
  });
  feed.addEventListener('channel', (event) => onChannel(JSON.parse(event.data)));
  feed.addEventListener('ledger', (event) => onLedger(JSON.parse(event.data)));
  feed.addEventListener('error', () => {
    showLive('broken');
    if (feed.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, wait);
    wait = Math.min(wait * 2, 30_000);
  });
}

if (live) listen();
