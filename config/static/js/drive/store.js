/* What the phone keeps: records on their way to the hub, and drafts of forms that are being filled in.
 *
 * Everything carries the courier's id: nobody else on this phone sends or sees it. A record is
 * {id, courier, key, kind, route, stop, at, fields, photo, state, detail, receivedAt}; its state goes from "waiting" to
 * "sent", "problem" (kept by the hub, to be settled there) or "refused" (the hub could not take it). */
(() => {
  "use strict";

  const NAME = "drive";
  const RECORDS = "records";
  const DRAFTS = "drafts";

  const settled = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  let opened;
  const open = () => {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        const records = request.result.createObjectStore(RECORDS, { keyPath: "id", autoIncrement: true });
        records.createIndex("courier", "courier");
        request.result.createObjectStore(DRAFTS, { keyPath: ["courier", "stop"] });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  };

  // Resolves when the disk has it, not before: only then the page may say that it is kept.
  const write = async (store, act) => {
    const transaction = (await open()).transaction(store, "readwrite", { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    const result = act(transaction.objectStore(store));
    await done;
    return result?.result;
  };

  const read = async (store, ask) => settled(ask((await open()).transaction(store).objectStore(store)));

  const all = async (courier) => read(RECORDS, (store) => store.index("courier").getAll(courier));

  window.Drive = {
    store: {
      add: (record) => write(RECORDS, (store) => store.add({ state: "waiting", ...record })),
      put: (record) => write(RECORDS, (store) => store.put(record)),
      remove: (id) => write(RECORDS, (store) => store.delete(id)),
      all,
      waiting: async (courier) => (await all(courier)).filter((record) => record.state === "waiting"),
      others: async (courier) => {
        const records = await read(RECORDS, (store) => store.getAll());
        return records.filter((record) => record.courier !== courier && record.state === "waiting").length;
      },
      draft: (courier, stop) => read(DRAFTS, (store) => store.get([courier, stop])),
      keepDraft: (draft) => write(DRAFTS, (store) => store.put(draft)),
      dropDraft: (courier, stop) => write(DRAFTS, (store) => store.delete([courier, stop])),
      // Those of other stops are of another day, or done.
      keepDraftsOf: async (courier, stops) => {
        const keys = await read(DRAFTS, (store) => store.getAllKeys());
        const over = keys.filter(([whose, stop]) => whose === courier && !stops.includes(stop));
        return write(DRAFTS, (store) => over.forEach((key) => store.delete(key)));
      },
    },
  };
})();
