// Server-sent events read with fetch, because EventSource can send no header and the visitor's session
// must not stand in an address.

const silence = 45_000; // the server speaks every 15 s; after this long the line is dead
const firstWait = 1_000;
const longestWait = 30_000;

// follow reads until the returned function is called. It tells its state: "connecting", "open",
// "reconnecting", and at the end "closed" or "signed_out".
export function follow({ url, headers, onEvent, onState }) {
  let stopped = false;
  let wait = firstWait;
  let abort = new AbortController();
  let wake = () => {};

  const stop = () => {
    stopped = true;
    removeEventListener('online', hurry);
    abort.abort();
    wake();
  };
  const hurry = () => {
    wait = firstWait;
    wake();
  };

  const read = async () => {
    abort = new AbortController();
    const dead = () => abort.abort();
    let timer = setTimeout(dead, silence);
    try {
      const answer = await fetch(url(), { headers, signal: abort.signal, cache: 'no-store' });
      if (answer.status === 404) return 'closed';
      if (answer.status === 401) return 'signed_out';
      if (!answer.ok) return 'reconnecting';
      onState('open');
      wait = firstWait;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; ;) {
        const { value, done } = await reader.read();
        if (done) return 'reconnecting';
        clearTimeout(timer);
        timer = setTimeout(dead, silence);
        rest = parse(rest + value, onEvent);
      }
    } catch {
      return 'reconnecting';
    } finally {
      clearTimeout(timer);
    }
  };

  const run = async () => {
    addEventListener('online', hurry);
    onState('connecting');
    while (!stopped) {
      const state = await read();
      if (stopped) return;
      onState(state);
      if (state !== 'reconnecting') return stop();
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, wait * (0.8 + 0.4 * Math.random()));
      });
      wait = Math.min(wait * 2, longestWait);
    }
  };

  run();
  return stop;
}

// parse handles the whole events of the text and returns what is left of it.
function parse(text, onEvent) {
  const blocks = text.split('\n\n');
  const rest = blocks.pop();
  for (const block of blocks) {
    const data = block.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
    if (data.length) onEvent(JSON.parse(data.join('\n')));
  }
  return rest;
}
