/* The courier's page, with or without signal. Each form that is sent becomes a record on the phone first; the page then shows
 * what was kept, and the hub gets it as soon as it can be reached. Without this file the same forms go to the hub at once. */
(() => {
  "use strict";

  const root = document.querySelector("[data-drive]");
  if (!root || !("indexedDB" in window) || !navigator.locks) return;
  const { store } = window.Drive;
  const words = JSON.parse(document.getElementById("drive-words").textContent);
  // What the last attempt to reach the hub came to: "sent", "sending", "later", "no-signal" or "log-in".
  let reached = "";
  const drive = {
    courier: Number(root.dataset.courier),
    email: root.dataset.email,
    route: Number(root.dataset.route),
    page: root.dataset.page,
    me: root.dataset.me,
    records: root.dataset.records,
    changed: (outcome) => {
      reached = outcome;
      return show();
    },
  };
  const shownAt = Date.parse(root.dataset.shownAt);
  const OLD_PLACE_MS = 2 * 60_000;

  const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const clock = (at) => new Date(at).toLocaleTimeString("sv", { timeZone: "Asia/Seoul", hour: "2-digit", minute: "2-digit" });
  const stopOf = (id) => root.querySelector(`[data-stop="${id}"]`);

  // -- The line that says whether everything is at the hub ------------------------------------------------

  const line = root.querySelector("[data-drive-status]");
  const look = (key, tone, count) => {
    line.hidden = false;
    line.className = `drive-status tone-${tone}`;
    line.querySelector("[data-drive-words]").textContent = say(key, { n: count });
    line.querySelector("[data-drive-log-in]").hidden = key !== "log_in";
  };

  const showStatus = async () => {
    const count = (await store.waiting(drive.courier)).length;
    if (reached === "log-in") look("log_in", "danger", count);
    else if (reached === "no-signal" || !navigator.onLine) look(count ? "offline_kept" : "offline", "warning", count);
    else if (!count) look("all_sent", "success", 0);
    else if (reached === "later") look("kept", "warning", count);
    else look("sending", "info", count);
    const others = await store.others(drive.courier);
    const note = root.querySelector("[data-drive-others]");
    note.hidden = !others;
    note.textContent = say("others", { n: others });
  };

  // -- What was recorded since the hub made this page --------------------------------------------------------

  const isNews = (record) =>
    record.route === drive.route && (record.state !== "sent" || Date.parse(record.receivedAt) > shownAt);

  const phase = (name) => {
    root.dataset.phase = name;
    for (const part of root.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(name);
  };

  const mark = (card, record, key) => {
    card.dataset.done = record.kind;
    card.classList.remove("stop--next");
    card.querySelector("[data-stop-more]").hidden = true;
    note(card, record, key);
  };

  const note = (card, record, key) => {
    const text = card.querySelector("[data-stop-note]");
    const sent = say(record.state === "sent" ? "sent" : record.state === "waiting" ? "waiting" : "not_taken");
    text.hidden = false;
    text.textContent = `${clock(record.at)} ${say(key)} · ${sent}`;
  };

  const apply = {
    accept: () => phase("accepted"),
    start: () => phase("started"),
    load: (record, card) => {
      const row = root.querySelector(`[data-load="${record.stop}"]`);
      if (row) showLoad(row, Number(record.fields?.boxes_missing ?? record.missing));
    },
    arrive: (record, card) => {
      card.querySelector("[data-arrive]").hidden = true;
      note(card, record, "arrived");
    },
    deliver: (record, card) => mark(card, record, "handed_over"),
    fail: (record, card) => {
      if (record.next !== "retry") return mark(card, record, "failed");
      if (root.dataset.moved !== record.key) card.parentNode.append(card);
      root.dataset.moved = record.key;
      card.querySelector("[data-arrive]").hidden = false;
      note(card, record, "again_later");
    },
  };

  const showLoad = (row, missing) => {
    row.dataset.loaded = missing ? "short" : "all";
    const said = row.querySelector("[data-load-note]");
    said.textContent = missing ? say("boxes_missing", { n: missing }) : say("boxes_all");
  };

  const showProblems = (records) => {
    const list = root.querySelector("[data-drive-problems]");
    const shown = records.filter((record) => ["problem", "refused"].includes(record.state));
    list.replaceChildren(
      ...shown.map((record) => {
        const item = root.querySelector("[data-drive-problem]").content.cloneNode(true);
        const name = stopOf(record.stop)?.dataset.name ?? "";
        item.querySelector("[data-problem-title]").textContent = [clock(record.at), name].filter(Boolean).join(" · ");
        item.querySelector("[data-problem-detail]").textContent = `${record.detail} ${say(record.state)}`;
        item.querySelector("button").addEventListener("click", async () => {
          await store.remove(record.id);
          show();
        });
        return item;
      }),
    );
  };

  const openNext = () => {
    const left = [...root.querySelectorAll("[data-stop]:not([data-done])")];
    const done = Number(root.dataset.stops) - left.length;
    const meter = root.querySelector("[data-drive-progress] progress");
    if (meter) meter.value = done;
    root.querySelector("[data-drive-finished]").hidden = left.length > 0 || root.dataset.phase !== "started";
    const current = root.querySelector(".stop--next:not([data-done])");
    if (current || !left.length || root.dataset.phase !== "started") return;
    left[0].classList.add("stop--next");
    left[0].querySelector("[data-stop-more]").open = true;
  };

  const show = async () => {
    const records = await store.all(drive.courier);
    for (const record of records) {
      // What the hub has shown since is told by the page itself.
      if (record.state === "sent" && Date.parse(record.receivedAt) <= shownAt) await store.remove(record.id);
      else if (isNews(record)) {
        const card = record.stop && stopOf(record.stop);
        if (!record.stop || card || record.kind === "load") apply[record.kind](record, card);
      }
    }
    showProblems(records);
    openNext();
    await showStatus();
  };

  // -- Keeping a record ----------------------------------------------------------------------------------------

  let place = null;
  const followPlace = () => {
    if (!navigator.geolocation || place) return;
    place = {};
    navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        place = { at: timestamp, latitude: coords.latitude, longitude: coords.longitude, accuracy_m: Math.round(coords.accuracy) };
      },
      () => {},
      { enableHighAccuracy: true, maximumAge: 30_000 },
    );
  };

  const where = () => {
    if (!place?.at || Date.now() - place.at > OLD_PLACE_MS) return {};
    const { at, ...coordinates } = place;
    return coordinates;
  };

  const keep = async (kind, stop, fields = {}, photo = null) => {
    const told = { ...where(), ...fields };
    await store.add({
      courier: drive.courier,
      key: crypto.randomUUID(),
      kind,
      route: drive.route,
      stop,
      at: new Date().toISOString(),
      next: fields.next_step,
      missing: fields.boxes_missing,
      fields: told,
      photo,
    });
    navigator.storage?.persist?.();
    await show();
    window.Drive.flushNow(drive);
  };

  // -- The form of a hand-over ---------------------------------------------------------------------------------

  const hands = new Map(); // form: {signature, photo}

  const draftOf = async (form) => ({
    courier: drive.courier,
    stop: Number(form.dataset.of),
    fields: Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string")),
    signature: hands.get(form).signature.get(),
    photo: await hands.get(form).photo.get(),
  });
  // The camera is another app: some phones close this page to make room for it.
  const keepDraft = async (form) => store.keepDraft(await draftOf(form));

  const fill = (form, draft) => {
    for (const [name, value] of Object.entries(draft.fields)) {
      const field = form.elements[name];
      if (field && field.type !== "file" && field.type !== "hidden") field.value = value;
    }
    hands.get(form).signature.set(draft.signature);
    if (draft.photo) hands.get(form).photo.set(draft.photo);
    for (const row of form.querySelectorAll("[data-count]")) showCount(row);
    form.closest("details")?.setAttribute("open", "");
  };

  const showCount = (row) => {
    const input = row.querySelector("input");
    const isShort = Number(input.value) < Number(input.max);
    row.toggleAttribute("data-short", isShort);
    const why = row.querySelector("[data-why]");
    why.hidden = !isShort;
    if (!isShort) why.querySelector("select").value = "";
  };

  const prepareCount = (row) => {
    const input = row.querySelector("input");
    for (const button of row.querySelectorAll("button[data-step]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const next = Number(input.value || 0) + Number(button.dataset.step);
        input.value = Math.min(Number(input.max), Math.max(0, next));
        input.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }
    input.addEventListener("input", () => showCount(row));
    showCount(row);
  };

  const complain = (form, found) => {
    const box = form.querySelector("[data-trouble]");
    box.hidden = !found.length;
    box.replaceChildren(...found.map(({ text }) => Object.assign(document.createElement("p"), { textContent: text })));
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const { field } of found) field?.setAttribute("aria-invalid", "true");
    if (found.length) (found[0].field ?? box).focus();
    return found.length > 0;
  };

  const countsOf = (form) =>
    [...form.querySelectorAll("[data-count]")].map((row) => ({
      input: row.querySelector("input"),
      select: row.querySelector("select"),
      line: Number(row.dataset.count),
    }));

  const deliver = async (form) => {
    const counts = countsOf(form);
    const photo = await hands.get(form).photo.get();
    const signature = hands.get(form).signature.get();
    const found = [];
    for (const { input, select } of counts) {
      const units = Number(input.value);
      const isCount = input.value !== "" && Number.isInteger(units) && units >= 0 && units <= Number(input.max);
      if (!isCount) found.push({ field: input, text: say("wrong_count", { n: input.max }) });
      else if (units < Number(input.max) && !select.value) found.push({ field: select, text: say("why_missing") });
    }
    if (!found.length && counts.every(({ input }) => Number(input.value) === 0)) found.push({ text: say("nothing") });
    const receiver = form.elements.receiver_name;
    if (!receiver.value.trim()) found.push({ field: receiver, text: say("receiver_missing") });
    if (!signature.length && !photo) found.push({ text: say("signature_missing") });
    if (complain(form, found)) return;
    const stop = Number(form.dataset.of);
    await keep(
      "deliver",
      stop,
      {
        receiver_name: receiver.value.trim(),
        neighbour: form.elements.neighbour.value.trim(),
        note: form.elements.note.value.trim(),
        lines: JSON.stringify(
          counts.map(({ input, select, line: id }) => ({ line: id, quantity: Number(input.value), reason: select.value })),
        ),
        signature: JSON.stringify(signature),
      },
      photo,
    );
    await store.dropDraft(drive.courier, stop);
  };

  const fail = async (form) => {
    const { reason, next_step: next, note: text } = form.elements;
    const chosen = next.value;
    const found = [];
    if (!reason.value) found.push({ field: reason, text: say("reason_missing") });
    if (!chosen) found.push({ text: say("next_missing") });
    if (complain(form, found)) return;
    const stop = Number(form.dataset.of);
    if (chosen === "neighbour") {
      const hand = stopOf(stop).querySelector("form[data-record=deliver]");
      hand.closest("details").open = true;
      hand.elements.note.value = [reason.selectedOptions[0].textContent.trim(), text.value.trim()].filter(Boolean).join(" · ");
      hand.elements.neighbour.closest("details").open = true;
      hand.elements.neighbour.focus();
      return;
    }
    await keep("fail", stop, { reason: reason.value, next_step: chosen, note: text.value.trim() });
    form.reset();
    form.closest("details").open = false;
  };

  const load = async (form) => {
    const missing = Number(form.elements.boxes_missing.value || 0);
    await keep("load", Number(form.dataset.of), { boxes_missing: missing });
    form.closest("details")?.removeAttribute("open");
  };

  // -- Boxes by their QR codes: each scan is one box ------------------------------------------------------------

  const scanned = new Map();
  const scan = async (form) => {
    const code = form.elements.code.value.trim();
    form.elements.code.value = "";
    const number = (code.match(/\/orders\/([\w-]+)\/?$/)?.[1] ?? code).toUpperCase();
    const row = root.querySelector(`[data-load][data-order="${CSS.escape(number)}"]`);
    const said = form.querySelector("[data-scan-said]");
    if (!row) {
      said.textContent = say("not_on_route", { code: number.slice(0, 20) });
      return;
    }
    const all = Number(row.dataset.boxes);
    const there = Math.min(all, (scanned.get(number) ?? 0) + 1);
    scanned.set(number, there);
    said.textContent = say("scanned", { name: row.dataset.name, n: there, all });
    navigator.vibrate?.(60);
    if (there === all) await keep("load", Number(row.dataset.load), { boxes_missing: 0 });
  };

  const acts = {
    accept: () => keep("accept", null),
    start: async () => {
      followPlace();
      await keep("start", null);
    },
    arrive: (form) => keep("arrive", Number(form.dataset.of)),
    load,
    deliver,
    fail,
    scan,
  };

  root.addEventListener("submit", async (event) => {
    const form = event.target;
    const act = acts[form.dataset.record];
    if (!act) return;
    event.preventDefault();
    delete form.dataset.sent;
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    try {
      await act(form);
    } catch {
      // Nothing is said to be kept that isn't: the form stays as it is.
      look("not_kept", "danger", 0);
    } finally {
      delete form.dataset.busy;
    }
  });

  // -- From the start --------------------------------------------------------------------------------------------

  for (const row of root.querySelectorAll("[data-count]")) prepareCount(row);
  for (const form of root.querySelectorAll("form[data-record=deliver]")) {
    const changed = () => keepDraft(form);
    const pad = form.querySelector("[data-sign]");
    pad.hidden = false;
    hands.set(form, {
      signature: window.Drive.signature(pad, changed),
      photo: window.Drive.photo(form.querySelector("[data-photo]"), changed),
    });
    form.addEventListener("change", changed);
    store.draft(drive.courier, Number(form.dataset.of)).then((draft) => draft && fill(form, draft));
  }
  store.keepDraftsOf(drive.courier, [...hands.keys()].map((form) => Number(form.dataset.of)));
  // From the code on paper.
  const wanted = document.getElementById(location.hash.slice(1))?.querySelector("[data-stop-more]");
  if (wanted) wanted.open = true;
  for (const part of root.querySelectorAll("[data-with-script]")) part.hidden = false;
  if (root.dataset.phase === "started") followPlace();
  const tryAgain = () => window.Drive.flushNow(drive);
  window.addEventListener("online", tryAgain);
  window.addEventListener("offline", () => showStatus());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tryAgain());
  show().then(tryAgain);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(root.dataset.worker, { scope: drive.page });
})();
