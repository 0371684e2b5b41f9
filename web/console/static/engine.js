// The editor of the engine's files: line numbers beside the text, and problems that lead to their place.
// Without it the form works all the same.

const source = document.querySelector('#source');
const gutter = document.querySelector('[data-gutter]');
const place = document.querySelector('[data-place]');

function number() {
  const lines = source.value.split('\n').length;
  let text = '';
  for (let n = 1; n <= lines; n++) text += `${n}\n`;
  gutter.textContent = text;
  gutter.scrollTop = source.scrollTop;
}

function tell() {
  const before = source.value.slice(0, source.selectionStart).split('\n');
  place.textContent = place.dataset.word.replace('{line}', before.length).replace('{col}', [...before.at(-1)].length + 1);
}

// jump selects the character at a line and a column, which are counted from one.
function jump(line, col) {
  if (!line) return;
  const lines = source.value.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0);
  const text = lines[line - 1] ?? '';
  const at = before + [...text].slice(0, Math.max(0, col - 1)).join('').length;
  source.focus({ preventScroll: true });
  source.setSelectionRange(at, before + text.length);
  source.scrollTop = Math.max(0, (line - 5) * 22);
  source.scrollIntoView({ block: 'center' });
  tell();
}

if (source) {
  number();
  source.addEventListener('input', number);
  source.addEventListener('scroll', () => { gutter.scrollTop = source.scrollTop; });
  for (const event of ['keyup', 'click', 'select']) source.addEventListener(event, tell);
  jump(Number(source.dataset.line), Number(source.dataset.col));

  const file = document.querySelector('.editing input[name="file"]').value;
  for (const link of document.querySelectorAll('.problems a')) {
    link.addEventListener('click', (event) => {
      if (link.dataset.file !== file) return; // that one has to be loaded first
      event.preventDefault();
      jump(Number(link.dataset.line), Number(link.dataset.col));
    });
  }

  // What is typed is not lost by a slip.
  const typed = source.value;
  let leaving = false;
  source.form.addEventListener('submit', () => { leaving = true; });
  addEventListener('beforeunload', (event) => {
    if (!leaving && source.value !== typed) event.preventDefault();
  });
}
