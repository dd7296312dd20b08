/* Comforts of every page. Nothing depends on them: each form and link works without this file. */
(() => {
  "use strict";

  // A menu (details) closes on Escape and on a click elsewhere.
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A filter form applies itself on change; its button is then in the way.
  const isAutosubmit = (element) => element.form?.hasAttribute("data-autosubmit");
  document.addEventListener("change", (event) => {
    if (isAutosubmit(event.target)) event.target.form.requestSubmit();
  });

  // A second click must not send a form twice while the first is on its way.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "yes";
  });
  // What js/drive/store.js keeps of forms that were not sent; records that wait for the hub stay.
  const forgetDrafts = async () => {
    const known = (await indexedDB.databases?.()) ?? [];
    if (!known.some(({ name }) => name === "drive")) return;
    await new Promise((resolve) => {
      const request = indexedDB.open("drive");
      request.onerror = resolve;
      request.onsuccess = () => {
        const transaction = request.result.transaction("drafts", "readwrite");
        transaction.objectStore("drafts").clear();
        transaction.oncomplete = transaction.onabort = resolve;
      };
    });
  };

  // The page that a courier's phone keeps for the road is for whoever is logged in, and nobody after.
  document.addEventListener("submit", async (event) => {
    if (!event.target.hasAttribute("data-forget-road") || !("caches" in window)) return;
    event.preventDefault();
    await Promise.allSettled([caches.delete("drive-pages"), forgetDrafts()]);
    event.target.submit();
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  const prepare = (root) => {
    for (const button of root.querySelectorAll("form[data-autosubmit] [data-fallback]")) button.hidden = true;
    for (const button of root.querySelectorAll("[data-print]")) button.hidden = false;
  };
  prepare(document);
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.target));
})();
