/* Turns <time data-countdown> into "2 days 3 hours left", by the service's clock, in the page's language. */
(() => {
  "use strict";

  const language = document.documentElement.lang || "ko";
  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const started = performance.now();

  const words = (value, unit) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value);

  // The two largest units are enough to plan by: "2 days 3 hours", "12 minutes 5 seconds".
  const describe = (seconds) => {
    const first = UNITS.findIndex(([, size]) => seconds >= size);
    let rest = seconds;
    const parts = [];
    for (const [unit, size] of UNITS.slice(first, first + 2)) {
      const count = Math.floor(rest / size);
      rest -= count * size;
      if (count) parts.push(words(count, unit));
    }
    return parts.join(" ");
  };

  const serviceNow = (element) => {
    const said = Date.parse(element.dataset.now);
    return Number.isNaN(said) ? Date.now() : said + performance.now() - started;
  };

  const show = () => {
    for (const element of document.querySelectorAll("[data-countdown]")) {
      element.title ||= element.textContent;
      const seconds = Math.floor((Date.parse(element.dateTime) - serviceNow(element)) / 1000);
      const over = seconds < 1;
      element.classList.toggle("countdown--over", over);
      element.textContent = over
        ? element.dataset.over
        : element.dataset.left.replace("{time}", describe(seconds));
    }
  };

  show();
  setInterval(show, 1000);
})();
