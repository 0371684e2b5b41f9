// A conversation that goes on while one reads it. What is being written stays as it is.

import { inLanguage, showTime } from './console.js';

const $ = (selector, within = document) => within.querySelector(selector);

const talk = $('[data-talk-stream]');
const state = $('[data-feed-state]');
let reading = false;
let once = false; // something has happened while it was read

function say(name) {
  state.dataset.feedState = name;
  $('[data-feed-text]').textContent = state.dataset[name];
}

async function read() {
  if (reading) {
    once = true;
    return;
  }
  reading = true;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const low = innerHeight + scrollY > document.documentElement.scrollHeight - 80;
    for (const part of ['[data-talk-stream]', '[data-handoff]']) {
      const now = $(part, page);
      for (const time of now.querySelectorAll('time[datetime]')) showTime(time, time.dateTime);
      if (!$(part).contains(document.activeElement)) $(part).replaceChildren(...now.childNodes);
    }
    if (low) scrollTo({ top: document.documentElement.scrollHeight });
  } catch {
    say('broken');
  } finally {
    reading = false;
    if (once) {
      once = false;
      setTimeout(read, 300);
    }
  }
}

let again = 1_000;

function listen() {
  const feed = new EventSource(inLanguage(talk.dataset.talkStream));
  feed.addEventListener('open', () => {
    again = 1_000;
    say('open');
    read(); // what has come since the page, or while the line was cut
  });
  feed.addEventListener('changed', read);
  feed.addEventListener('error', () => {
    say('broken');
    if (feed.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, again);
    again = Math.min(again * 2, 30_000);
  });
  addEventListener('pagehide', () => feed.close(), { once: true });
}

if (talk) listen();
