// Views that are looked at again and again, and events worth coming back to. They are kept in the browser;
// a view is its address, which can be sent to anybody.

const most = 20;

function kept(name) {
  try {
    const list = JSON.parse(localStorage.getItem(name));
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

const keep = (name, list) => localStorage.setItem(name, JSON.stringify(list.slice(0, most)));

function link(text, href, here) {
  const node = document.createElement('a');
  node.className = 'chip';
  node.textContent = text;
  node.href = href;
  if (here) node.setAttribute('aria-current', 'true');
  return node;
}

const views = document.querySelector('[data-views]');

function drawViews() {
  const name = `dari.views.${views.dataset.views}`;
  const list = kept(name);
  const { query } = views.dataset;
  const known = list.includes(query);
  const marks = kept(`dari.marks.${views.dataset.views}`);
  views.replaceChildren(...list.map((q) => link(q, `?q=${encodeURIComponent(q)}`, q === query)));
  if (query) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'small';
    button.textContent = known ? views.dataset.drop : views.dataset.save;
    button.addEventListener('click', () => {
      keep(name, known ? list.filter((q) => q !== query) : [query, ...list]);
      drawViews();
      views.querySelector('button').focus();
    });
    views.append(button);
  }
  if (marks.length) {
    const box = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = `${views.dataset.marks} (${marks.length})`;
    const all = document.createElement('p');
    all.className = 'chips';
    all.append(...marks.map((m) => link(m.title, `/console/events/${encodeURIComponent(m.id)}`)));
    box.append(summary, all);
    views.append(box);
  }
  views.hidden = !views.children.length;
}

if (views) drawViews();

const bookmark = document.querySelector('[data-bookmark]');

function drawBookmark() {
  const known = kept(`dari.marks.${bookmark.dataset.bot}`).some((m) => m.id === bookmark.dataset.bookmark);
  bookmark.setAttribute('aria-pressed', String(known));
  bookmark.hidden = false;
}

if (bookmark) {
  drawBookmark();
  bookmark.addEventListener('click', () => {
    const name = `dari.marks.${bookmark.dataset.bot}`;
    const id = bookmark.dataset.bookmark;
    const list = kept(name);
    const rest = list.filter((m) => m.id !== id);
    const title = `${document.querySelector('h1').textContent.trim()} · ${document.querySelector('main time').textContent}`;
    keep(name, rest.length < list.length ? rest : [{ id, title }, ...rest]);
    drawBookmark();
  });
}
