// What was said, kept in the browser, with the session that stands for the visitor.

const most = 200; // items kept

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

// randomId has 128 random bits; a session has 256.
export function randomId(bytes = 16) {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}

export class Transcript {
  constructor(key) {
    this.key = `dari.chat.${key}`;
    this.load();
  }

  load() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.key));
    } catch {
      // Storage that is switched off or holds something else: the conversation lives as long as the page.
    }
    this.session = kept?.session || randomId(32);
    this.last = kept?.last || ''; // id of the newest answer
    this.opened = kept?.opened || false;
    this.items = kept?.items || [];
    for (const item of this.items) {
      if (item.state === 'sending') item.state = 'failed'; // the page was closed meanwhile
    }
    this.save();
  }

  save() {
    const { session, last, opened, items } = this;
    try {
      localStorage.setItem(this.key, JSON.stringify({ session, last, opened, items }));
    } catch {
      // As above, or storage is full.
    }
  }

  add(item) {
    this.items.push(item);
    if (this.items.length > most) this.items.splice(0, this.items.length - most);
    if (item.who === 'bot' && item.id > this.last) this.last = item.id;
    this.save();
  }

  has(id) {
    return this.items.some((item) => item.id === id);
  }

  markOpened() {
    this.opened = true;
    this.save();
  }

  clear() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // As above.
    }
    this.session = randomId(32);
    this.last = '';
    this.opened = false;
    this.items = [];
    this.save();
  }

  // onChangeElsewhere calls back when another window of this browser has begun a new conversation.
  onChangeElsewhere(callback) {
    addEventListener('storage', (event) => {
      if (event.key !== this.key || !event.newValue) return;
      if (JSON.parse(event.newValue).session === this.session) return;
      this.load();
      callback();
    });
  }
}
