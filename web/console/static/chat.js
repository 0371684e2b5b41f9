// Brings the chats of a page to life.

import { follow } from './chat-stream.js';
import { Transcript, randomId } from './chat-transcript.js';
import { View } from './chat-view.js';

const postTimeout = 15_000; // milliseconds

// The language of the page, with the browser's region where the two agree.
const page = document.documentElement.lang;
const locale = navigator.language.startsWith(page) ? navigator.language : page;

class Chat {
  constructor(root) {
    this.base = root.dataset.base;
    this.transcript = new Transcript(root.dataset.key);
    this.view = new View(root, {
      onText: (text) => this.say({ text }, text),
      onAction: (action) => this.act(action),
      onRetry: (item) => this.send(item),
      onReset: () => this.reset(),
    });
    this.sending = Promise.resolve(); // one after the other, so that the order stays
    this.transcript.onChangeElsewhere(() => this.restart());
    this.start();
  }

  start() {
    this.view.show(this.transcript.items);
    this.open();
    this.stop = follow({
      url: () => `${this.base}/stream?after=${encodeURIComponent(this.transcript.last)}`,
      headers: { 'Dari-Session': this.transcript.session },
      onEvent: (delivery) => this.receive(delivery),
      onState: (state) => this.changed(state),
    });
  }

  restart() {
    this.stop();
    this.start();
  }

  reset() {
    this.transcript.clear();
    this.restart();
  }

  changed(state) {
    this.view.state(state);
    if (state === 'open') this.open(); // in case it did not get through
  }

  // open tells the bot, once per conversation, that somebody is here. Its id is always the same, so
  // that telling twice does nothing.
  open() {
    const { session, opened } = this.transcript;
    if (opened) return;
    this.sending = this.sending.then(async () => {
      if (session !== this.transcript.session || this.transcript.opened) return;
      if (await this.post(session, { id: 'open', open: true })) this.transcript.markOpened();
    });
  }

  receive(delivery) {
    if (this.transcript.has(delivery.id)) return;
    const item = { id: delivery.id, who: 'bot', at: delivery.at, messages: delivery.messages };
    this.transcript.add(item);
    this.view.add(item);
  }

  say(said, text) {
    const item = { id: randomId(), who: 'me', at: new Date().toISOString(), text, said, state: 'sending' };
    this.transcript.add(item);
    this.view.add(item);
    this.send(item);
  }

  // send posts an item; a second try has the same id and is taken once.
  send(item) {
    const { session } = this.transcript;
    this.mark(item, 'sending');
    this.sending = this.sending.then(async () => {
      this.mark(item, (await this.post(session, { id: item.id, ...item.said })) ? 'sent' : 'failed');
    });
  }

  mark(item, state) {
    item.state = state;
    this.transcript.save();
    this.view.update(item);
  }

  async post(session, said) {
    try {
      const answer = await fetch(`${this.base}/webhook`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ session, locale, ...said }),
        signal: AbortSignal.timeout(postTimeout),
      });
      return answer.ok;
    } catch {
      return false;
    }
  }

  act(action) {
    const shown = action.text || action.label;
    if (action.kind === 'postback') this.say({ postback: { data: action.data, label: action.label } }, shown);
    if (action.kind === 'message') this.say({ text: shown }, shown);
  }
}

for (const root of document.querySelectorAll('[data-chat]')) new Chat(root);
