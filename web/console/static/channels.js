// The set-up of a channel: dropping a key file, making a header, waiting for the first message.

// Enter that ends a composition of Hangul or Kana sends nothing.
addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.preventDefault();
}, true);

// A form that takes a while says so, and is sent once.
for (const form of document.querySelectorAll('form[data-busy]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.busyOn) {
      event.preventDefault();
      return;
    }
    if (['draft', 'enter', 'paste'].includes(event.submitter?.value)) return;
    form.dataset.busyOn = 'true';
    const text = form.querySelector('[data-busy-text]');
    if (text) text.textContent = form.dataset.busy;
  });
}
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-busy-on]')) delete form.dataset.busyOn;
});

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
    const word = document.createElement('span');
    word.className = 'event';
    word.dataset.event = news.state;
    word.textContent = news.word;
    row.append(time, word);
    for (const [tag, text] of [['code', news.kind], ['span', news.why]]) {
      if (!text) continue;
      const node = document.createElement(tag);
      node.textContent = text;
      row.append(node);
    }
    list.prepend(row);
    while (list.children.length > 10) list.lastElementChild.remove();
    if (!news.arrived) return;
    waiting.dataset.waiting = 'green';
    waiting.querySelector('[data-open]').hidden = true;
    waiting.querySelector('[data-green]').hidden = false;
  };
  let wait = 1_000;
  const listen = () => {
    const feed = new EventSource(waiting.dataset.stream);
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
