/* Sends the kept records in order, one at a time, each until the hub has answered. A record carries its key, so one whose
 * answer was lost on the way is sent again and changes nothing there. */
(() => {
  "use strict";

  const { store } = window.Drive;
  const PATIENCE_MS = 60_000;
  const LONGEST_WAIT_MS = 60_000;

  // Waits twice as long after each failure.
  let failures = 0;
  let timer;

  const cookie = (name) =>
    document.cookie
      .split("; ")
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1) ?? "";

  const form = (record) => {
    const data = new FormData();
    const told = { key: record.key, kind: record.kind, phone_at: record.at, ...record.fields };
    if (record.route) told.route = record.route;
    if (record.stop) told.stop = record.stop;
    for (const [name, value] of Object.entries(told)) data.append(name, value);
    if (record.photo) data.append("photo", record.photo, "photo.jpg");
    return data;
  };

  const ask = (url, options = {}) =>
    fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS), ...options });

  // Whether this browser is still logged in as the courier whose records these are; null if the hub can't say.
  const isMe = async (drive) => {
    const answer = await ask(drive.me, { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) return false;
    return answer.ok ? (await answer.json()).email === drive.email : null;
  };

  const post = (drive, record) =>
    ask(drive.records, {
      method: "POST",
      body: form(record),
      headers: { "X-CSRFToken": cookie("csrftoken"), Accept: "application/json" },
    });

  const words = async (answer) => {
    const said = await answer.json().catch(() => ({}));
    return Object.values(said).flat().filter((each) => typeof each === "string").join(" ");
  };

  // Returns "done", or what keeps the others waiting: "log-in" or "later".
  const send = async (drive, record) => {
    let answer = await post(drive, record);
    if (answer.status === 403) {
      // The log-in was renewed since this page was kept: fetching a page brings the new token.
      await ask(drive.page);
      answer = await post(drive, record);
    }
    if (answer.status === 401 || answer.status === 403) return "log-in";
    if (answer.ok) {
      const said = await answer.json();
      const state = said.problem ? "problem" : "sent";
      const { photo, fields, ...rest } = record;
      await store.put({ ...rest, state, detail: said.detail, receivedAt: said.received_at });
      return "done";
    }
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
      await store.put({ ...record, state: "refused", detail: await words(answer) });
      return "done";
    }
    return "later";
  };

  const sendAll = async (drive) => {
    let waiting = await store.waiting(drive.courier);
    if (!waiting.length) return "sent";
    const mine = await isMe(drive);
    if (!mine) return mine === null ? "later" : "log-in";
    for (; waiting.length; waiting = await store.waiting(drive.courier)) {
      drive.changed("sending");
      const outcome = await send(drive, waiting[0]);
      if (outcome !== "done") return outcome;
    }
    return "sent";
  };

  const attempt = async (drive) => {
    clearTimeout(timer);
    let outcome;
    try {
      outcome = await sendAll(drive);
    } catch {
      outcome = "no-signal"; // or it was lost on the way
    }
    if (outcome === "later" || outcome === "no-signal") {
      const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** failures++);
      timer = setTimeout(() => window.Drive.flush(drive), wait);
    } else {
      failures = 0;
    }
    await drive.changed(outcome);
  };

  // One page at a time sends, however many are open.
  window.Drive.flush = (drive) =>
    navigator.locks.request("drive-send", { ifAvailable: true }, (lock) => (lock ? attempt(drive) : undefined));
  window.Drive.flushNow = (drive) => {
    failures = 0;
    return window.Drive.flush(drive);
  };
})();
