// What the chat looks like. Everything that was said becomes text nodes, never markup.

const web = /^https?:\/\//i;
// Addresses end before punctuation, and before letters outside ASCII: Korean particles follow them directly.
const address = /(https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]*[\w\-~/#@$&*+=%])/gi;

function element(name, className, text) {
  const e = document.createElement(name);
  if (className) e.className = className;
  if (text) e.textContent = text;
  return e;
}

function link(url, text, className) {
  const a = element('a', className, text);
  a.href = url;
  a.target = '_blank';
  a.rel = 'noopener noreferrer';
  return a;
}

// bubble shows text; addresses in it can be followed.
function bubble(text) {
  const b = element('div', 'bubble');
  for (const [i, part] of text.split(address).entries()) {
    b.append(i % 2 ? link(part, part) : part);
  }
  return b;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text); // not there over plain http
    return true;
  } catch {
    const area = element('textarea', 'hidden');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

export class View {
  constructor(root, handlers) {
    this.handlers = handlers;
    this.words = JSON.parse(root.querySelector('[data-words]').textContent);
    this.log = root.querySelector('[data-log]');
    this.quick = root.querySelector('[data-quick]');
    this.text = root.querySelector('[data-text]');
    this.stateLine = root.querySelector('[data-state]');
    this.stateText = root.querySelector('[data-state-text]');
    this.clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'short' });
    this.nodes = new Map();
    this.listen(root);
  }

  listen(root) {
    const form = root.querySelector('[data-form]');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = this.text.value.trim();
      if (!text) return;
      this.text.value = '';
      this.fit();
      this.handlers.onText(text);
      this.text.focus();
    });
    this.text.addEventListener('keydown', (event) => {
      // While an input method composes a syllable or picks a word, Enter belongs to it.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.text.addEventListener('input', () => this.fit());
    root.querySelector('[data-reset]').addEventListener('click', () => {
      if (this.nodes.size === 0 || confirm(this.words.reset_ask)) this.handlers.onReset();
    });
  }

  // fit makes the text area as high as its text, up to the limit of the style sheet.
  fit() {
    this.text.style.height = 'auto';
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  state(state) {
    this.stateLine.dataset.state = state;
    this.stateText.textContent = this.words[state];
  }

  show(items) {
    for (const node of this.nodes.values()) node.remove();
    this.nodes.clear();
    this.suggest([]);
    for (const item of items) this.add(item);
    this.log.scrollTop = this.log.scrollHeight;
  }

  add(item) {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    const atEnd = item.who === 'me' || scrollHeight - scrollTop - clientHeight < 80;
    const node = this.draw(item);
    this.nodes.set(item.id, node);
    this.log.append(node);
    this.suggest(item.messages?.at(-1)?.quick_replies ?? []);
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  update(item) {
    const old = this.nodes.get(item.id);
    if (!old) return;
    const node = this.draw(item);
    this.nodes.set(item.id, node);
    old.replaceWith(node);
  }

  draw(item) {
    return item.who === 'me' ? this.mine(item) : this.bots(item);
  }

  mine(item) {
    const node = element('div', `chat-item mine ${item.state}`);
    node.append(element('span', 'hidden', this.words.you), bubble(item.text));
    const meta = element('div', 'chat-meta');
    if (item.state === 'failed') {
      const again = element('button', 'small', this.words.retry);
      again.type = 'button';
      again.addEventListener('click', () => this.handlers.onRetry(item));
      meta.append(this.words.failed, again);
    } else {
      meta.append(item.state === 'sending' ? this.words.sending : this.time(item.at));
    }
    node.append(meta);
    return node;
  }

  bots(item) {
    const node = element('div', 'chat-item');
    node.append(element('span', 'hidden', this.words.bot));
    for (const message of item.messages) {
      if (message.text) node.append(bubble(message.text));
      if (message.actions?.length) {
        const actions = element('div', 'chat-actions');
        actions.append(...message.actions.map((action) => this.button(action)));
        node.append(actions);
      }
    }
    const meta = element('div', 'chat-meta');
    meta.append(this.time(item.at));
    node.append(meta);
    return node;
  }

  time(at) {
    const t = element('time', '', this.clock.format(new Date(at)));
    t.dateTime = at;
    return t;
  }

  // button makes what an action is on a page: a link or a button. A link that is none stays text.
  button(action) {
    if (action.kind === 'url' && web.test(action.url)) return link(action.url, action.label, 'button');
    if (action.kind === 'phone') {
      const a = element('a', 'button', action.label);
      a.href = `tel:${action.number.replace(/[^\d+*#]/g, '')}`;
      return a;
    }
    const b = element('button', '', action.label);
    b.type = 'button';
    if (action.kind === 'url') b.disabled = true;
    else if (action.kind === 'copy') b.addEventListener('click', () => this.copied(b, action));
    else b.addEventListener('click', () => this.handlers.onAction(action));
    return b;
  }

  async copied(button, action) {
    button.textContent = (await copy(action.text)) ? this.words.copied : this.words.copy_failed;
    setTimeout(() => { button.textContent = action.label; }, 2_000);
  }

  // suggest shows quick replies; they go once anything is said.
  suggest(actions) {
    this.quick.replaceChildren(...actions.map((action) => this.button(action)));
    this.quick.hidden = actions.length === 0;
  }
}
