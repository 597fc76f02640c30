/**
 * Runs in the page: what is wider than the window, cut off, or lies over something else. Each is said in words.
 *
 * @returns {string[]}
 */
// biome-ignore lint/correctness/noUnusedVariables: the tests call it in the page.
function layoutFaults() {
  const found = [];
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) found.push(`the page is ${wide} pixels wider than the window`);
  // Beside each other, the parts of the page scroll, and the page does not.
  const long = document.documentElement.scrollHeight - window.innerHeight;
  if (window.innerWidth > 960 && long > 0) found.push(`the page is ${long} pixels too long`);

  const seen = [...document.querySelectorAll('body *')].filter(
    one => one.checkVisibility() && !one.closest('.unseen'),
  );
  const dialog = document.querySelector('dialog[open]');
  const shapes = seen
    .filter(one => !dialog || dialog.contains(one))
    .flatMap(one => rectsOf(one).map(rect => ({ one, rect, shown: clipped(one, rect) })));

  for (const { one, rect, shown } of shapes) {
    const cutAt = shown.left - rect.left > 1 || rect.right - shown.right > 1;
    if (cutAt && !mayBeCut(one)) found.push(`cut off: ${wordsOf(one)}`);
  }
  const visible = shapes.filter(
    ({ shown }) => shown.right > shown.left && shown.bottom > shown.top,
  );
  for (const [index, a] of visible.entries()) {
    for (const b of visible.slice(index + 1)) {
      if (a.one.contains(b.one) || b.one.contains(a.one)) continue;
      const width = Math.min(a.shown.right, b.shown.right) - Math.max(a.shown.left, b.shown.left);
      const height = Math.min(a.shown.bottom, b.shown.bottom) - Math.max(a.shown.top, b.shown.top);
      // Lines of text reach a little into each other.
      if (width > 1 && height > 4) found.push(`${wordsOf(a.one)} lies over ${wordsOf(b.one)}`);
    }
  }
  return found;

  /** Where an element's own texts are, or a control itself. */
  function rectsOf(one) {
    if (one.matches('button, input, select, summary, progress'))
      return [one.getBoundingClientRect()];
    const texts = [...one.childNodes].filter(
      node => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '',
    );
    return texts.flatMap(node => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return [...range.getClientRects()];
    });
  }

  /** What is left of it in the boxes that do not let it out. */
  function clipped(one, { left, right, top, bottom }) {
    const rest = { left, right, top, bottom };
    for (let box = one; box; box = box.parentElement) {
      if (getComputedStyle(box).overflow === 'visible') continue;
      const edge = box.getBoundingClientRect();
      rest.left = Math.max(rest.left, edge.left);
      rest.right = Math.min(rest.right, edge.right);
      rest.top = Math.max(rest.top, edge.top);
      rest.bottom = Math.min(rest.bottom, edge.bottom);
      if (box.localName === 'dialog') break;
    }
    return rest;
  }

  /** A name with an ellipsis says that it goes on; what scrolls can be scrolled. */
  function mayBeCut(one) {
    const isShort = getComputedStyle(one).textOverflow === 'ellipsis';
    return isShort || one.closest('pre') !== null;
  }

  function wordsOf(one) {
    return `<${one.localName} class="${one.className}"> ${one.textContent.trim().slice(0, 40)}`;
  }
}
