/* Drag a stop to another place on the dispatch board. The drop leads to the page that shows what it means;
 * nothing is changed before somebody saves it there. The same page is a link on each stop. */
(() => {
  "use strict";

  let dragged = null;

  const rowOf = (event) => event.target.closest?.("[data-shift]");
  const unmark = () => {
    for (const row of document.querySelectorAll(".is-drop")) row.classList.remove("is-drop");
  };

  document.addEventListener("dragstart", (event) => {
    const row = event.target.closest?.("[data-move]");
    if (!row) return;
    dragged = row;
    row.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.move);
  });

  document.addEventListener("dragover", (event) => {
    const target = dragged && rowOf(event);
    if (!target || target === dragged) return;
    event.preventDefault();
    unmark();
    target.classList.add("is-drop");
  });

  document.addEventListener("drop", (event) => {
    const target = dragged && rowOf(event);
    if (!target || target === dragged) return;
    event.preventDefault();
    const query = new URLSearchParams({ shift: target.dataset.shift, position: target.dataset.position });
    window.location.assign(`${dragged.dataset.move}?${query}`);
  });

  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    unmark();
  });
})();
